using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Portal.Content.Model;

/// <summary>One graded condition as its author wrote it. The probe's settings stay data here; Portal.Labs gives them meaning.</summary>
public sealed record CheckDefinition
{
    /// <summary>Unique within the lesson.</summary>
    public required string Id { get; init; }
    public required string Title { get; init; }
    public int Points { get; init; } = 1;

    /// <summary>Once passed it stays passed: the lesson itself goes on to change what it looks at.</summary>
    public bool Once { get; init; }

    /// <summary>Ids of checks that have to be passed before this one counts, such as the symptom before its cure.</summary>
    public ImmutableArray<string> After { get; init; } = [];

    /// <summary>Name of the probe: <c>resource</c>, <c>sidecar</c>, <c>route</c>, <c>traffic</c>, <c>mtls</c>, <c>history</c>, <c>command</c>, <c>query</c>, <c>answer</c>, <c>all</c>.</summary>
    public required string Probe { get; init; }

    /// <summary>
    /// The probe's settings, the YAML mapping under its name converted to JSON. Those of <c>all</c> are a list
    /// <c>of</c> objects with <c>probe</c> and <c>settings</c>. Never changed after parsing.
    /// </summary>
    public required JsonObject Settings { get; init; }

    public string? Hint { get; init; }

    /// <summary>Why this condition matters; shown once the check has passed.</summary>
    public string? Explain { get; init; }

    /// <summary>Common mistakes: a probe that recognises each, and the message that teaches.</summary>
    public ImmutableArray<WrongAnswer> Wrong { get; init; } = [];

    /// <summary>Source position of the check, relative to the content root.</summary>
    public string File { get; init; } = "";
    public int Line { get; init; }
}

/// <summary>A recognised mistake: when <see cref="Probe"/> holds, <see cref="Message"/> is shown instead of the general one.</summary>
public sealed record WrongAnswer(string Probe, JsonObject Settings, string Message);
