using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <param name="Severity"><c>error</c> makes an object invalid, <c>warning</c> does not.</param>
internal sealed record KialiCheck(string Code, string Severity, string Message, string Path);

/// <summary>What Kiali finds wrong with Istio's objects, in its codes and words.</summary>
internal sealed class KialiValidations(MeshConfig config, StoreSnapshot snapshot)
{
    public IEnumerable<KialiCheck> Of(string kind, string name, string ns, JsonObject spec) => kind switch
    {
        "VirtualService" => VirtualService(name, ns, spec),
        "DestinationRule" => DestinationRule(name, ns, spec),
        "Gateway" => Selector(ns, spec.Map("selector"), everywhere: true, new("KIA0302", "error", "No matching workload found for gateway selector in this namespace", "spec/selector")),
        "Sidecar" => Selector(ns, spec.Map("workloadSelector", "labels"), everywhere: false, new("KIA0004", "warning", "No matching workload found for the selector in this namespace", "spec/workloadSelector/labels")),
        "PeerAuthentication" or "AuthorizationPolicy" or "RequestAuthentication" or "Telemetry" =>
            Selector(ns, spec.Map("selector", "matchLabels"), everywhere: false, new("KIA0004", "warning", "No matching workload found for the selector in this namespace", "spec/selector/matchLabels")),
        _ => [],
    };

    private IEnumerable<KialiCheck> VirtualService(string name, string ns, JsonObject spec)
    {
        var gateways = spec.Strings("gateways").ToList();
        for (var i = 0; i < gateways.Count; i++)
        {
            if (gateways[i] != "mesh" && !config.Gateways.Any(g => g.Id == MeshConfig.QualifyGateway(gateways[i], ns))) yield return new("KIA1102", "error", "VirtualService is pointing to a non-existent gateway", $"spec/gateways[{i}]");
        }
        var hosts = Hosts(spec, ns);
        if (config.VirtualServices.Any(o => (o.Name != name || o.Namespace != ns) && Hosts(o.Spec, o.Namespace).Overlaps(hosts) && Bound(o.Spec, o.Namespace).Overlaps(Bound(spec, ns))))
            yield return new("KIA1106", "warning", "More than one Virtual Service for same host", "spec/hosts");
        foreach (var protocol in (string[])["http", "tcp", "tls"])
        {
            var routes = spec.Objects(protocol).ToList();
            for (var i = 0; i < routes.Count; i++)
            {
                var targets = routes[i].Objects("route").ToList();
                if (targets is [var only] && only["weight"] is not null) yield return new("KIA1104", "warning", "The weight is assumed to be 100 because there is only one route destination", $"spec/{protocol}[{i}]/route[0]/weight");
                for (var j = 0; j < targets.Count; j++)
                {
                    if (targets[j].Obj("destination") is not { } destination) continue;
                    var host = MeshConfig.Qualify(destination.Str("host") ?? "", ns);
                    var path = $"spec/{protocol}[{i}]/route[{j}]";
                    if (config.FindHost(host, ns) is not { } service) yield return new("KIA1101", "error", "DestinationWeight on route doesn't have a valid service (host not found)", path + "/host");
                    else if (destination.Str("subset") is { Length: > 0 } subset && MeshConfig.Merge(config.DestinationRulesFor(host, ns, service.Namespace)).Objects("subsets").All(s => s.Str("name") != subset))
                        yield return new("KIA1107", "warning", "Subset not found", path + "/destination");
                }
            }
        }
    }

    private IEnumerable<KialiCheck> DestinationRule(string name, string ns, JsonObject spec)
    {
        var host = MeshConfig.Qualify(spec.Str("host") ?? "", ns);
        var own = spec.Objects("subsets").Select(s => s.Str("name")).ToHashSet();
        if (config.DestinationRules.Any(o => (o.Name != name || o.Namespace != ns) && MeshConfig.Qualify(o.Spec.Str("host") ?? "", o.Namespace) == host && (own.Count == 0 && !o.Spec.Objects("subsets").Any() || o.Spec.Objects("subsets").Any(s => own.Contains(s.Str("name"))))))
            yield return new("KIA0201", "warning", "More than one DestinationRules for the same host subset combination", "spec/host");
        var service = config.FindHost(host, ns);
        if (service is null && !host.Contains('*', StringComparison.Ordinal)) yield return new("KIA0202", "error", "This host has no matching entry in the service registry (service, workload or service entries)", "spec/host");
        if (service is null) yield break;
        var subsets = spec.Objects("subsets").ToList();
        for (var i = 0; i < subsets.Count; i++)
        {
            var labels = subsets[i].Map("labels");
            if (labels.Count == 0) yield return new("KIA0209", "warning", "This subset has no labels", $"spec/subsets[{i}]");
            else if (!service.Endpoints.Any(e => Covers(labels, e.Labels))) yield return new("KIA0203", "error", "This subset's labels are not found in any matching host", $"spec/subsets[{i}]");
        }
    }

    private IEnumerable<KialiCheck> Selector(string ns, IReadOnlyDictionary<string, string> selector, bool everywhere, KialiCheck check)
    {
        if (selector.Count > 0 && !snapshot.List("pods").Any(p => (everywhere || p.Namespace == ns) && Covers(selector, p.Labels))) yield return check;
    }

    private static bool Covers(IReadOnlyDictionary<string, string> wanted, IReadOnlyDictionary<string, string> labels) => wanted.All(l => labels.GetValueOrDefault(l.Key) == l.Value);

    private static HashSet<string> Hosts(JsonObject spec, string ns) => [.. spec.Strings("hosts").Select(h => MeshConfig.Qualify(h, ns))];

    private static HashSet<string> Bound(JsonObject spec, string ns) => spec.Strings("gateways").ToList() is { Count: > 0 } gateways ? [.. gateways.Select(g => g == "mesh" ? g : MeshConfig.QualifyGateway(g, ns))] : ["mesh"];
}
