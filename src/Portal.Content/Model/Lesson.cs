using System.Collections.Immutable;

namespace Portal.Content.Model;

/// <summary>A lesson parsed from markdown. Immutable; safe to share between sessions.</summary>
public sealed record Lesson
{
    public required string CourseId { get; init; }
    public required string Id { get; init; }
    public required string Title { get; init; }
    public string Summary { get; init; } = "";
    public string Difficulty { get; init; } = "";
    public int Minutes { get; init; }
    public string Prerequisites { get; init; } = "";
    public string? Next { get; init; }
    public string? Kubernetes { get; init; }
    public string? Istio { get; init; }

    /// <summary>Namespace that the cluster panel shows first.</summary>
    public string? Namespace { get; init; }

    /// <summary>Absolute directory of <c>lesson.md</c>; <c>manifests/</c> beside it is copied into each workspace.</summary>
    public required string Directory { get; init; }

    public ImmutableArray<Section> Sections { get; init; } = [];

    /// <summary>Where the whole lesson was found to do what it says, one for each provider.</summary>
    public ImmutableArray<Verification> Verified { get; init; } = [];

    public IEnumerable<Block> Blocks => Sections.SelectMany(s => s.Blocks);
    public IEnumerable<CheckDefinition> Checks => Sections.SelectMany(s => s.Checks);
    public IEnumerable<Prediction> Predictions => Sections.SelectMany(s => s.Predictions);

    /// <summary>Text of a file that one of the blocks names, as it comes with the lesson; null when it cannot be
    /// read.</summary>
    public string? ReadFile(string path)
    {
        if (!Blocks.Any(b => b.Files.Contains(path)))
            return null;
        try
        {
            return File.ReadAllText(Path.Combine(Directory, path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A run of the whole lesson in which everything came out as stated.</summary>
/// <param name="Kubernetes">Version of the server, such as 1.33.</param>
/// <param name="Istio">Version that the lesson installs, or null for a lesson without.</param>
public sealed record Verification(string Provider, string Kubernetes, string? Istio, DateOnly On);

public enum SectionKind { Text, Step, Verification, Exercise, Cleanup, Tip, Troubleshooting }

/// <summary>A heading and what follows it until the next heading of a section. A learner's progress is counted in these.</summary>
public sealed record Section
{
    /// <summary>Stable within the lesson and usable as an anchor: <c>step-4</c>, <c>exercise-1</c>, or the heading's slug.</summary>
    public required string Id { get; init; }
    public required string Title { get; init; }
    public required SectionKind Kind { get; init; }

    /// <summary>A learner is to do it; a lesson is complete when all of these are.</summary>
    public bool IsTask => Kind is SectionKind.Step or SectionKind.Exercise;

    /// <summary>The number in "Step 4", "Exercise 1"; 0 for other sections.</summary>
    public int Number { get; init; }

    /// <summary>Heading level in the source, 1–6.</summary>
    public int Level { get; init; }
    public int Line { get; init; }

    public ImmutableArray<ContentPart> Parts { get; init; } = [];

    /// <summary>The checks of every <c>checks</c> block in this section, in order.</summary>
    public ImmutableArray<CheckDefinition> Checks { get; init; } = [];

    /// <summary>What is asked before blocks of this section run, in order.</summary>
    public ImmutableArray<Prediction> Predictions { get; init; } = [];

    /// <summary>All fenced blocks, including those inside containers, in document order.</summary>
    public IEnumerable<Block> Blocks => Flatten(Parts).OfType<BlockPart>().Select(p => p.Block);

    private static IEnumerable<ContentPart> Flatten(IEnumerable<ContentPart> parts) =>
        parts.SelectMany(p => p is ContainerPart c ? Flatten(c.Parts).Prepend(p) : [p]);
}

/// <summary>A piece of a section, in document order.</summary>
public abstract record ContentPart;

/// <summary>Sanitised HTML, safe to render as is.</summary>
public sealed record HtmlPart(string Html) : ContentPart;

/// <summary>A fenced code block.</summary>
public sealed record BlockPart(Block Block) : ContentPart;

/// <summary>A <c>:::hint</c>, <c>:::solution</c>, <c>:::note</c>, <c>:::warning</c>, <c>:::expect</c> container.</summary>
public sealed record ContainerPart(ContainerKind Kind, string? Title, ImmutableArray<ContentPart> Parts) : ContentPart;

/// <summary>The place where a <c>checks</c> block stands; the page shows the section's check list there.</summary>
public sealed record ChecksPart(ImmutableArray<string> CheckIds) : ContentPart;

/// <summary>The place where a <c>predict</c> block stands.</summary>
public sealed record PredictionPart(string PredictionId) : ContentPart;

public enum ContainerKind { Note, Warning, Expect, Hint, Solution }

/// <summary>A fenced code block; <em>runnable</em> when it is shell in a section whose kind runs and nothing says otherwise.</summary>
public sealed record Block
{
    /// <summary>Stable within the lesson: <c>{section id}/{name}</c>, or <c>{section id}/{ordinal}</c> (from 1) without a name.</summary>
    public required string Id { get; init; }

    /// <summary>The info string's first word, e.g. <c>bash</c>, <c>yaml</c>; empty for none.</summary>
    public required string Language { get; init; }
    public required string Code { get; init; }
    public bool Runnable { get; init; }

    /// <summary>Limit for each command of the block; null means the configured default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Providers that run this block; empty means all.</summary>
    public ImmutableArray<string> On { get; init; } = [];

    /// <summary>Id of the block whose output this block is a sample of; null for every other block.</summary>
    public string? SampleOf { get; init; }

    /// <summary>Whether a failing command lets the next ones run.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>Files beside the lesson that the block hands to kubectl, in order: below <c>manifests/</c>.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The path to open of the ports that programs of this block listen on.</summary>
    public string OpenPath { get; init; } = "/";

    /// <summary>1-based line of the opening fence in the source.</summary>
    public int Line { get; init; }

    /// <summary>True for a block inside a <c>:::solution</c>: offered only after the learner opens it, and not run by "run all".</summary>
    public bool InSolution { get; init; }

    public bool RunsOn(string provider) => On.IsEmpty || On.Contains(provider, StringComparer.OrdinalIgnoreCase);
}
