using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>ServiceEntries that catch all traffic of a port, and those that disagree on what is spoken there.</summary>
internal static class ServiceEntryAnalyzer
{
    public static IEnumerable<Finding> Addresses(AnalysisInput input)
    {
        var metadata = input.Mesh.Obj("defaultConfig", "proxyMetadata");
        bool IsSet(string name) => metadata?[name]?.ToString() == "true";
        if (IsSet("ISTIO_META_DNS_CAPTURE") && (IsSet("ISTIO_META_DNS_AUTO_ALLOCATE") || IsSet("PILOT_ENABLE_IP_AUTOALLOCATE"))) yield break;
        foreach (var entry in input.Of("ServiceEntry").Where(e => e.Spec.Arr("addresses") is null or { Count: 0 } && e.Object.Arr("status", "addresses") is null or { Count: 0 }))
        {
            foreach (var (i, port) in entry.Spec.Objects("ports").Index())
            {
                if (port.Str("protocol") is not { Length: > 0 } protocol || protocol.Equals("TCP", StringComparison.OrdinalIgnoreCase))
                    yield return Finding.At(Messages.ServiceEntryAddressesRequired, entry, $".spec.ports[{i}].name");
            }
        }
    }

    public static IEnumerable<Finding> Protocols(AnalysisInput input)
    {
        var index = input.Of("ServiceEntry").SelectMany(Declarations).ToLookup(d => d.Key, d => (d.Entry, d.Protocol));
        var reported = new HashSet<AnalysisObject>();
        foreach (var declared in index.OrderBy(g => g.Key.Scope, StringComparer.Ordinal).ThenBy(g => g.Key.Host, StringComparer.Ordinal).ThenBy(g => g.Key.Port))
        {
            var (scope, host, port) = declared.Key;
            var all = scope == HostName.Everyone ? declared.ToList() : [.. declared, .. index[(HostName.Everyone, host, port)]];
            var protocols = all.Select(d => d.Protocol.ToUpperInvariant()).Distinct().Order(StringComparer.Ordinal).ToList();
            if (protocols.Count < 2) continue;
            var names = string.Join(", ", all.Select(d => d.Entry.FullName).Distinct().Order(StringComparer.Ordinal));
            foreach (var (entry, _) in all.Where(d => reported.Add(d.Entry)))
                yield return Finding.At(Messages.ConflictingServiceEntryProtocol, entry, ".metadata.name", names, GoText.Quote(host), port, string.Join(", ", protocols));
        }
    }

    private static IEnumerable<((string Scope, string Host, long Port) Key, AnalysisObject Entry, string Protocol)> Declarations(AnalysisObject entry)
    {
        List<string> exportTo = [.. entry.Spec.Strings("exportTo")];
        var scopes = HostName.IsExportedToAll(exportTo) ? [HostName.Everyone] : exportTo.Select(e => e == HostName.Local ? entry.Namespace : e).Distinct().ToList();
        return from scope in scopes
               from host in entry.Spec.Strings("hosts")
               from port in entry.Spec.Objects("ports")
               select ((scope, host, port.Num("number") ?? 0), entry, port.Str("protocol") ?? "");
    }
}
