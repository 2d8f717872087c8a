using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>VirtualServices: what they refer to, and which of them contradict each other.</summary>
internal static class RoutingAnalyzers
{
    public static IEnumerable<Finding> Run(AnalysisInput input) =>
        input.Of("VirtualService").SelectMany(vs => References(input, vs).Concat(Gateways(input, vs))).Concat(Conflicts(input));

    private static IEnumerable<Finding> References(AnalysisInput input, AnalysisObject vs)
    {
        foreach (var (destination, what) in Destinations(vs))
        {
            var host = destination.Str("host") ?? "";
            var full = MeshConfig.Qualify(host, vs.Namespace);
            if (!input.HasHost(full))
            {
                yield return Missing(vs, what, host);
                continue;
            }
            if (destination.Str("subset") is { Length: > 0 } subset && !Subsets(input, full).Contains(subset)) yield return Missing(vs, "host+subset in destinationrule", $"{host}+{subset}");
            if (destination.Num("port", "number") is not null) continue;
            var ports = input.Services(full).SelectMany(s => s.Spec.Objects("ports")).Select(p => p.Num("port")).Distinct().ToList();
            if (ports.Count > 1) yield return new(FindingLevel.Error, "IST0112", vs, $"This VirtualService routes to a service \"{host}\" that exposes multiple ports [{string.Join(' ', ports)}]. Specifying a port in the destination is required to disambiguate.");
        }
    }

    private static IEnumerable<(JsonObject Destination, string What)> Destinations(AnalysisObject vs)
    {
        foreach (var route in vs.Spec.Objects("http").Concat(vs.Spec.Objects("tcp")).Concat(vs.Spec.Objects("tls")))
        {
            foreach (var r in route.Objects("route"))
            {
                if (r.Obj("destination") is { } destination) yield return (destination, "host");
            }
            if (route.Obj("mirror") is { } mirror) yield return (mirror, "mirror host");
            foreach (var m in route.Objects("mirrors"))
            {
                if (m.Obj("destination") is { } destination) yield return (destination, "mirror host");
            }
        }
    }

    private static HashSet<string> Subsets(AnalysisInput input, string host) =>
        [.. input.Of("DestinationRule").Where(d => MeshConfig.HostMatches(MeshConfig.Qualify(d.Spec.Str("host") ?? "", d.Namespace), host)).SelectMany(d => d.Spec.Objects("subsets")).Select(s => s.Str("name")).OfType<string>()];

    private static IEnumerable<Finding> Gateways(AnalysisInput input, AnalysisObject vs)
    {
        foreach (var name in vs.Spec.Strings("gateways").Where(g => g != "mesh"))
        {
            var parts = name.Split('/', 2);
            var gateway = parts.Length == 2 ? input.Find("Gateway", parts[0], parts[1]) : input.Find("Gateway", vs.Namespace, name);
            if (gateway is null)
            {
                yield return Missing(vs, "gateway", name);
                continue;
            }
            var served = gateway.Spec.Objects("servers").SelectMany(s => s.Strings("hosts")).Select(h => h[(h.IndexOf('/', StringComparison.Ordinal) + 1)..]).ToList();
            var unserved = vs.Spec.Strings("hosts").Where(h => h != "*" && !served.Exists(s => MeshConfig.HostMatches(s, h) || MeshConfig.HostMatches(h, s))).ToList();
            if (unserved.Count > 0) yield return new(FindingLevel.Warning, "IST0132", vs, $"one or more host [{string.Join(' ', unserved)}] defined in VirtualService {vs.Namespace}/{vs.Name} not found in Gateway {gateway.Namespace}/{gateway.Name}.");
        }
    }

    private static IEnumerable<Finding> Conflicts(AnalysisInput input)
    {
        var mesh = input.Of("VirtualService").Where(vs => vs.Spec.Arr("gateways") is not { Count: > 0 } || vs.Spec.Strings("gateways").Contains("mesh"));
        var byHost = mesh.SelectMany(vs => vs.Spec.Strings("hosts").Select(h => (Host: MeshConfig.Qualify(h, vs.Namespace), Rule: vs))).GroupBy(x => x.Host);
        foreach (var group in byHost.Where(g => g.Select(x => x.Rule).Distinct().Count() > 1))
        {
            var rules = group.Select(x => x.Rule).Distinct().ToList();
            var names = string.Join(',', rules.Select(r => $"{r.Namespace}/{r.Name}"));
            foreach (var rule in rules)
            {
                yield return new(FindingLevel.Error, "IST0109", rule, $"The VirtualServices {names} associated with mesh gateway define the same host */{group.Key} which can lead to undefined behavior. This can be fixed by merging the conflicting VirtualServices into a single resource.");
            }
        }
    }

    private static Finding Missing(AnalysisObject o, string what, string name) => new(FindingLevel.Error, "IST0101", o, $"Referenced {what} not found: \"{name}\"");
}
