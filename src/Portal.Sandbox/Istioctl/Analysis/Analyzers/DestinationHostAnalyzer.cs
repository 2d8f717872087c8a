using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>VirtualServices: whether hosts, ports and subsets that they lead to exist.</summary>
internal static class DestinationHostAnalyzer
{
    public static IEnumerable<Finding> Hosts(AnalysisInput input)
    {
        var withSubsets = input.Of("VirtualService").SelectMany(SubsetsOfOwnHosts).ToLookup(x => x.Host, x => x.Rule);
        return input.Of("VirtualService").SelectMany(vs => Hosts(input, vs).Concat(IgnoredSubsets(vs, withSubsets)));
    }

    public static IEnumerable<Finding> Subsets(AnalysisInput input)
    {
        var known = input.Of("DestinationRule").SelectMany(d => d.Spec.Objects("subsets").Select(s => (HostName.ServiceOf(d.Spec.Str("host") ?? "", d.Namespace), s.Str("name") ?? ""))).ToHashSet();
        return from vs in input.Of("VirtualService")
               from d in RouteDestination.Of(vs)
               let subset = d.Destination.Str("subset")
               where !string.IsNullOrEmpty(subset) && !known.Contains((HostName.ServiceOf(d.Host, vs.Namespace), subset))
               select Finding.At(Messages.ReferencedResourceNotFound, vs, d.Field, d.IsMirror ? "mirror+subset in destinationrule" : "host+subset in destinationrule", GoText.Quote($"{d.Host}+{subset}"));
    }

    private static IEnumerable<Finding> Hosts(AnalysisInput input, AnalysisObject vs)
    {
        string[] exportTo = [.. vs.Spec.Strings("exportTo")];
        foreach (var d in RouteDestination.Of(vs))
        {
            if (input.Hosts.Find(d.Host, vs.Namespace, exportTo) is not { } entry)
                yield return Finding.At(Messages.ReferencedResourceNotFound, vs, d.Field, d.IsMirror ? "mirror host" : "host", GoText.Quote(d.Host));
            else if (d.Destination.Obj("port") is { } port)
            {
                var number = port.Num("number") ?? 0;
                if (!entry.Ports.Contains(number)) yield return Finding.At(Messages.ReferencedResourceNotFound, vs, d.PortField, "host:port", GoText.Quote($"{d.Host}:{number}"));
            }
            else if (entry.Ports.Count > 1)
                yield return Finding.At(Messages.VirtualServiceDestinationPortSelectorRequired, vs, d.PortField, GoText.Quote(d.Host), $"[{string.Join(' ', entry.Ports)}]");
        }
    }

    /// <summary>Rules about a host which choose among its subsets: gateways do not ask them when they lead to the host themselves.</summary>
    private static IEnumerable<(string Host, AnalysisObject Rule)> SubsetsOfOwnHosts(AnalysisObject vs)
    {
        var hosts = vs.Spec.Strings("hosts").ToHashSet();
        return vs.Spec.Objects("http").SelectMany(r => r.Objects("route")).Select(r => r.Obj("destination")).Where(d => d.Str("subset") is { Length: > 0 } && hosts.Contains(d.Str("host") ?? "")).Select(d => (d.Str("host")!, vs));
    }

    private static IEnumerable<Finding> IgnoredSubsets(AnalysisObject vs, ILookup<string, AnalysisObject> withSubsets)
    {
        if (vs.Spec.Arr("gateways") is not { Count: > 0 }) yield break;
        foreach (var (i, rule) in vs.Spec.Objects("http").Index())
        {
            foreach (var (j, route) in rule.Objects("route").Index())
            {
                if (route.Str("destination", "subset") is { Length: > 0 }) continue;
                foreach (var other in withSubsets[route.Str("destination", "host") ?? ""].Distinct())
                    yield return Finding.At(Messages.IngressRouteRulesNotAffected, vs, $".spec.{rule.Str("name")}[{i}].route[{j}].destination.host", other.FullName, vs.FullName);
            }
        }
    }
}
