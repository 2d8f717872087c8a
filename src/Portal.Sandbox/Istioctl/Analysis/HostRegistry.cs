using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>What a host leads to.</summary>
/// <param name="Selector">Labels of the workloads behind it; empty where none are named.</param>
internal sealed record HostEntry(IReadOnlyList<long> Ports, IReadOnlyDictionary<string, string> Selector);

/// <summary>The hosts of services and ServiceEntries, by the namespace that sees them.</summary>
internal sealed class HostRegistry
{
    private readonly Dictionary<(string Scope, string Host), HostEntry> _hosts = [];
    private readonly List<(string Scope, string Suffix, HostEntry Entry)> _wildcards = [];

    public HostRegistry(AnalysisInput input)
    {
        foreach (var entry in input.Of("ServiceEntry"))
        {
            var scope = HostName.IsExportedToAll([.. entry.Spec.Strings("exportTo")]) ? HostName.Everyone : entry.Namespace;
            var value = new HostEntry([.. entry.Spec.Objects("ports").Select(p => p.Num("number") ?? 0)], entry.Spec.Map("workloadSelector", "labels"));
            foreach (var host in entry.Spec.Strings("hosts")) Add(scope, HostName.Qualify(host, entry.Namespace), value);
        }
        foreach (var service in input.Of("Service"))
        {
            var value = new HostEntry([.. service.Spec.Objects("ports").Select(p => p.Num("port") ?? 0)], service.Spec.Map("selector"));
            var scopes = service.Annotations.GetValueOrDefault("networking.istio.io/exportTo") is { Length: > 0 } export ? export.Split(',').Select(s => s == HostName.Local ? service.Namespace : s) : [HostName.Everyone];
            foreach (var scope in scopes) Add(scope, HostName.Qualify(service.Name, service.Namespace), value);
        }
        _wildcards.Sort((a, b) => string.CompareOrdinal(a.Suffix, b.Suffix));
    }

    /// <summary>What a host leads to for a rule; null when nothing in the mesh answers to it.</summary>
    public HostEntry? Find(string host, string @namespace, IReadOnlyList<string> exportTo)
    {
        var full = HostName.Qualify(host, @namespace);
        if (_hosts.TryGetValue((HostName.Everyone, full), out var everyone)) return everyone;
        foreach (var scope in exportTo.Count == 0 ? [@namespace] : exportTo)
        {
            if (_hosts.TryGetValue((scope == HostName.Local ? @namespace : scope, full), out var entry)) return entry;
        }
        var suffix = host.StartsWith('*') ? host[1..] : host;
        foreach (var wildcard in _wildcards)
        {
            if ((wildcard.Scope == HostName.Everyone || wildcard.Scope == @namespace) && suffix.EndsWith(wildcard.Suffix, StringComparison.Ordinal)) return wildcard.Entry;
        }
        return null;
    }

    private void Add(string scope, string host, HostEntry entry)
    {
        _hosts[(scope, host)] = entry;
        if (host.StartsWith('*')) _wildcards.Add((scope, host[1..], entry));
    }
}
