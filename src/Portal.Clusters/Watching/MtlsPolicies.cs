using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>Effective mTLS modes, by Istio's precedence: workload, then namespace, then mesh, then PERMISSIVE; the oldest of several; UNSET inherits.</summary>
public sealed class MtlsPolicies
{
    public const string RootNamespace = "istio-system";
    private const string Default = "PERMISSIVE";

    private readonly List<Policy> _policies;

    public MtlsPolicies(ClusterSnapshot snapshot) => _policies =
    [
        .. snapshot.OfKind("PeerAuthentication").Select(o => new Policy(
                o.Namespace,
                o.Json.Find("spec", "selector", "matchLabels").Exists() ? o.Json.Labels("spec", "selector", "matchLabels") : null,
                Mode(o),
                o.Json.Find("metadata", "creationTimestamp").Text() ?? "",
                o.Name))
            .OrderBy(p => p.Created, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal),
    ];

    /// <summary>Mode of a namespace's workloads that have no policy of their own.</summary>
    public string ForNamespace(string @namespace)
    {
        var own = @namespace == RootNamespace ? null : _policies.FirstOrDefault(p => p.Namespace == @namespace && p.Selector is null)?.Mode;
        return own ?? _policies.FirstOrDefault(p => p.Namespace == RootNamespace && p.Selector is null)?.Mode ?? Default;
    }

    public string ForWorkload(string @namespace, IReadOnlyDictionary<string, string> podLabels) =>
        _policies.FirstOrDefault(p => p.Selector is not null && p.Namespace == @namespace && podLabels.Matches(p.Selector))?.Mode ?? ForNamespace(@namespace);

    /// <summary>The policy's own mode, or null when it inherits.</summary>
    internal static string? Mode(ClusterObject policy) =>
        policy.Json.Find("spec", "mtls", "mode").Text() is { } mode && mode != "UNSET" ? mode : null;

    private sealed record Policy(string Namespace, IReadOnlyDictionary<string, string>? Selector, string? Mode, string Created, string Name);
}
