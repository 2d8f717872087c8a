using System.Collections.Frozen;

namespace Portal.Content.Linting;

/// <summary>The words that a lesson may use for providers and probes, and what each probe cannot do without.</summary>
internal static class KnownNames
{
    public static FrozenSet<string> Providers { get; } = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "sandbox", "kind", "kubeconfig");

    /// <summary>The probe that is a list of others.</summary>
    public const string All = "all";

    /// <summary>Probe name → required settings; alternatives are separated by a bar.</summary>
    public static FrozenDictionary<string, string[]> Probes { get; } = new Dictionary<string, string[]>
    {
        ["resource"] = ["apiVersion", "kind"],
        ["sidecar"] = ["namespace"],
        ["route"] = ["host", "namespace"],
        ["traffic"] = ["from", "path|url", "expect"],
        ["mtls"] = ["namespace", "mode"],
        ["history"] = ["host", "namespace", "observe"],
        ["command"] = ["run"],
        ["query"] = ["promql", "expect"],
        ["answer"] = ["question", "accept"],
        [All] = [],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static string Remedy(IEnumerable<string> names) => $"Use one of: {string.Join(", ", names.Order(StringComparer.Ordinal))}.";
}
