using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>Kiali's lists: workloads with their sidecars, and Istio's objects with what is wrong with them.</summary>
internal static class KialiLists
{
    private static readonly string[] s_kinds =
    [
        "virtualservices.networking.istio.io", "destinationrules.networking.istio.io", "gateways.networking.istio.io", "serviceentries.networking.istio.io", "sidecars.networking.istio.io",
        "peerauthentications.security.istio.io", "authorizationpolicies.security.istio.io", "requestauthentications.security.istio.io", "telemetries.telemetry.istio.io",
    ];

    public static JsonArray Workloads(SandboxCluster cluster)
    {
        var groups = cluster.Pods.All.Where(p => p.Workload.Name.Length > 0 && p.Namespace != "kube-system").GroupBy(p => (p.Namespace, p.Workload.Name)).OrderBy(g => g.Key.Namespace, StringComparer.Ordinal).ThenBy(g => g.Key.Name, StringComparer.Ordinal);
        return new([.. groups.Select(g => (JsonNode)new JsonObject
        {
            ["name"] = g.Key.Name, ["namespace"] = g.Key.Namespace, ["cluster"] = "Kubernetes", ["podCount"] = g.Count(), ["istioSidecar"] = g.All(p => p.HasSidecar), ["isGateway"] = g.All(p => p.Sidecar is not null && !p.HasSidecar),
            ["appLabel"] = g.All(p => p.Labels.ContainsKey("app")), ["versionLabel"] = g.All(p => p.Labels.ContainsKey("version")), ["labels"] = new JsonObject([.. g.First().Labels.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]),
        })]);
    }

    public static JsonArray Configuration(SandboxCluster cluster)
    {
        var snapshot = cluster.Store.Snapshot;
        var config = new MeshConfig(snapshot);
        var items = new JsonArray();
        foreach (var resource in s_kinds)
        {
            foreach (var stored in snapshot.List(resource).OrderBy(o => o.Namespace + "/" + o.Name, StringComparer.Ordinal))
            {
                var o = stored.Parse();
                var found = Checks(config, o.Str("kind") ?? "", stored.Namespace, o.Obj("spec") ?? []).ToList();
                items.Add((JsonNode)new JsonObject
                {
                    ["kind"] = o.Str("kind"), ["name"] = stored.Name, ["namespace"] = stored.Namespace, ["creationTimestamp"] = o.Str("metadata", "creationTimestamp"),
                    ["validation"] = new JsonObject { ["valid"] = found.Count == 0, ["checks"] = new JsonArray([.. found.Select(c => (JsonNode)new JsonObject { ["code"] = c.Code, ["severity"] = c.Severity, ["message"] = c.Message })]) },
                });
            }
        }
        return items;
    }

    private static IEnumerable<(string Code, string Severity, string Message)> Checks(MeshConfig config, string kind, string ns, JsonObject spec)
    {
        if (kind == "VirtualService")
        {
            foreach (var gateway in spec.Strings("gateways").Where(g => g != "mesh" && !config.Gateways.Any(x => x.Id == MeshConfig.QualifyGateway(g, ns)))) yield return ("KIA1102", "error", $"VirtualService is pointing to a non-existent gateway: {gateway}");
            var routes = spec.Objects("http").Concat(spec.Objects("tcp")).Concat(spec.Objects("tls")).ToList();
            for (var i = 0; i < routes.Count - 1; i++) if (routes[i].Arr("match") is not { Count: > 0 } && spec.Objects("http").Contains(routes[i])) yield return ("KIA1107", "warning", $"Rule {i + 1} matches every request, so the rules behind it are not reached");
            foreach (var destination in routes.SelectMany(r => r.Objects("route")).Select(r => r.Obj("destination")).OfType<JsonObject>())
            {
                var host = MeshConfig.Qualify(destination.Str("host") ?? "", ns);
                if (config.FindHost(host, ns) is not { } service)
                {
                    yield return ("KIA1101", "error", $"DestinationWeight on route doesn't have a valid service (host not found): {destination.Str("host")}");
                    continue;
                }
                if (destination.Str("subset") is { Length: > 0 } subset && MeshConfig.Merge(config.DestinationRulesFor(host, ns, service.Namespace)).Objects("subsets").All(s => s.Str("name") != subset)) yield return ("KIA1107", "error", $"Subset not found: {subset}");
            }
        }
        if (kind == "DestinationRule")
        {
            var host = MeshConfig.Qualify(spec.Str("host") ?? "", ns);
            if (!host.Contains('*', StringComparison.Ordinal) && config.FindHost(host, ns) is not { } service) yield return ("KIA0202", "error", $"This host has no matching entry in the service registry: {spec.Str("host")}");
            else if (config.FindHost(host, ns) is { } known)
            {
                foreach (var subset in spec.Objects("subsets"))
                    if (!known.Endpoints.Any(e => subset.Map("labels").All(l => e.Labels.GetValueOrDefault(l.Key) == l.Value))) yield return ("KIA0203", "error", $"This subset's labels are not found in any matching host: {subset.Str("name")}");
            }
        }
    }
}
