using System.Collections.Immutable;
using System.Text.Json;

namespace Portal.Clusters.Watching;

/// <summary>What a cluster holds at one moment, as far as the portal watches it. Immutable.</summary>
public sealed record ClusterSnapshot
{
    public static ClusterSnapshot Empty { get; } = new();

    public ImmutableDictionary<ClusterObjectKey, ClusterObject> Objects { get; init; } = ImmutableDictionary<ClusterObjectKey, ClusterObject>.Empty;

    /// <summary>True once every watched kind that the cluster serves has been listed.</summary>
    public bool Synced { get; init; }

    /// <summary>Why the cluster cannot be reached at the moment, or null.</summary>
    public string? Disconnected { get; init; }

    public IEnumerable<ClusterObject> OfKind(string kind, string? @namespace = null) =>
        Objects.Values.Where(o => o.Kind == kind && (@namespace is null || o.Namespace == @namespace));
}

/// <summary>Group is empty for the core group. Namespace is empty for cluster-scoped objects.</summary>
public readonly record struct ClusterObjectKey(string Group, string Kind, string Namespace, string Name);

/// <summary>One object as the API returned it. <see cref="Json"/> is a detached clone and safe to keep.</summary>
public sealed record ClusterObject(ClusterObjectKey Key, string ApiVersion, string Uid, string ResourceVersion, JsonElement Json)
{
    /// <summary>
    /// What <see cref="Json"/> says of values is only how large they are: the object has to be read for more.
    /// </summary>
    public bool IsAbridged => Key is { Group: "", Kind: "ConfigMap" or "Secret" };
    public string Kind => Key.Kind;
    public string Namespace => Key.Namespace;
    public string Name => Key.Name;
}
