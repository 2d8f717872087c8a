using System.Text.Json.Nodes;
using Portal.Sandbox.Authorization;

namespace Portal.Sandbox.Api;

/// <summary>Who writes and how. Controllers use <see cref="Controller"/>.</summary>
internal sealed record WriteOptions
{
    public required string User { get; init; }

    /// <summary>The user behind a request; null for the cluster's own writes, which nothing is refused.</summary>
    public UserInfo? Identity { get; init; }

    public string FieldManager { get; init; } = "";
    public bool DryRun { get; init; }

    /// <summary>Strict, Warn or Ignore.</summary>
    public string FieldValidation { get; init; } = "Warn";

    /// <summary>A server-side apply takes fields over from other managers.</summary>
    public bool Force { get; init; }

    /// <summary>The configuration of a server-side apply; null for other writes.</summary>
    public JsonObject? Applied { get; init; }

    /// <summary>Whether the writer becomes an owner of what it writes. Controllers do not, to keep objects small, but other owners lose what they change.</summary>
    public bool TracksOwnership { get; init; } = true;

    /// <summary>Warnings for the client's Warning header.</summary>
    public List<string> Warnings { get; init; } = [];

    public static WriteOptions Controller(string name) => new() { User = "system:" + name, FieldManager = name, FieldValidation = "Ignore", TracksOwnership = false };
}

/// <summary>The body of a DELETE, or its query.</summary>
internal sealed record DeleteOptions
{
    public long? GracePeriodSeconds { get; init; }
    public string PropagationPolicy { get; init; } = "Background";
    public string? PreconditionUid { get; init; }
    public string? PreconditionResourceVersion { get; init; }
    public bool DryRun { get; init; }

    public static DeleteOptions Background { get; } = new();
    public static DeleteOptions Now { get; } = new() { GracePeriodSeconds = 0 };
}
