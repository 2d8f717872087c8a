using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>Kiali's lists: workloads with their sidecars, services, and Istio's objects with what is wrong with them.</summary>
internal static class KialiLists
{
    private static readonly string[] s_kinds =
    [
        "virtualservices.networking.istio.io", "destinationrules.networking.istio.io", "gateways.networking.istio.io", "serviceentries.networking.istio.io", "workloadentries.networking.istio.io", "sidecars.networking.istio.io",
        "peerauthentications.security.istio.io", "authorizationpolicies.security.istio.io", "requestauthentications.security.istio.io", "telemetries.telemetry.istio.io",
    ];

    public static JsonArray Workloads(SandboxCluster cluster, Func<string, bool> wanted, KialiHealth? health)
    {
        var snapshot = cluster.Store.Snapshot;
        var groups = cluster.Pods.All.Where(p => wanted(p.Namespace) && p.Namespace != "kube-system").GroupBy(p => (p.Namespace, p.Workload.Name)).OrderBy(g => g.Key.Namespace, StringComparer.Ordinal).ThenBy(g => g.Key.Name, StringComparer.Ordinal);
        return new([.. groups.Select(g =>
        {
            var workload = new JsonObject
            {
                ["name"] = g.Key.Name, ["namespace"] = g.Key.Namespace, ["cluster"] = "Kubernetes", ["podCount"] = g.Count(), ["istioSidecar"] = g.All(p => p.HasSidecar), ["isGateway"] = g.All(p => p.Sidecar is not null && !p.HasSidecar),
                ["appLabel"] = g.All(p => p.Labels.ContainsKey("app")), ["versionLabel"] = g.All(p => p.Labels.ContainsKey("version")), ["labels"] = Strings(g.First().Labels),
            };
            if (health is not null) workload["health"] = new JsonObject { ["workloadStatus"] = Status(snapshot, g.Key.Namespace, g.Key.Name, [.. g]), ["requests"] = health.Workload(g.Key.Namespace, g.Key.Name) };
            return (JsonNode)workload;
        })]);
    }

    public static JsonArray Services(SandboxCluster cluster, Func<string, bool> wanted, KialiHealth? health)
    {
        var snapshot = cluster.Store.Snapshot;
        var config = new MeshConfig(snapshot);
        var services = new JsonArray();
        foreach (var stored in snapshot.List("services").Where(s => wanted(s.Namespace)).OrderBy(s => s.Namespace, StringComparer.Ordinal).ThenBy(s => s.Name, StringComparer.Ordinal))
        {
            var o = stored.Parse();
            var selector = o.Map("spec", "selector");
            var pods = cluster.Pods.All.Where(p => selector.Count > 0 && p.Namespace == stored.Namespace && selector.All(l => p.Labels.GetValueOrDefault(l.Key) == l.Value)).ToList();
            var service = new JsonObject
            {
                ["name"] = stored.Name, ["namespace"] = stored.Namespace, ["cluster"] = "Kubernetes", ["istioSidecar"] = pods.Count > 0 && pods.TrueForAll(p => p.Sidecar is not null), ["appLabel"] = selector.ContainsKey("app"),
                ["labels"] = Strings(stored.Labels), ["selector"] = Strings(selector), ["serviceRegistry"] = "Kubernetes",
                ["ports"] = new JsonArray([.. o.Objects("spec", "ports").Select(p => (JsonNode)new JsonObject { ["name"] = p.Str("name"), ["port"] = p.Int(0, "port"), ["protocol"] = p.Str("protocol") ?? "TCP" })]),
                ["istioReferences"] = References(config, stored),
            };
            if (health is not null) service["health"] = new JsonObject { ["requests"] = health.Service(stored.Namespace, stored.Name) };
            services.Add((JsonNode)service);
        }
        return services;
    }

    public static JsonArray Configuration(SandboxCluster cluster, Func<string, bool> wanted)
    {
        var snapshot = cluster.Store.Snapshot;
        var validations = new KialiValidations(new MeshConfig(snapshot), snapshot);
        var items = new JsonArray();
        foreach (var stored in s_kinds.SelectMany(k => snapshot.List(k).Where(o => wanted(o.Namespace)).OrderBy(o => o.Namespace, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal))) items.Add((JsonNode)Item(validations, stored));
        return items;
    }

    /// <summary>One object with its validation; null when there is none.</summary>
    public static JsonObject? Object(SandboxCluster cluster, string ns, string kind, string name)
    {
        var snapshot = cluster.Store.Snapshot;
        foreach (var resource in s_kinds)
        {
            if (snapshot.Find(resource, ns, name) is not { } stored || stored.Parse() is not { } o || o.Str("kind") != kind) continue;
            var item = Item(new KialiValidations(new MeshConfig(snapshot), snapshot), stored);
            return new() { ["namespace"] = ns, ["resource"] = o.Copy(), ["validation"] = item["validation"]?.DeepClone(), ["permissions"] = new JsonObject { ["create"] = false, ["update"] = false, ["delete"] = false } };
        }
        return null;
    }

    private static JsonObject Item(KialiValidations validations, StoredObject stored)
    {
        var o = stored.Parse();
        var found = validations.Of(o.Str("kind") ?? "", stored.Name, stored.Namespace, o.Obj("spec") ?? []).ToList();
        return new()
        {
            ["kind"] = o.Str("kind"), ["name"] = stored.Name, ["namespace"] = stored.Namespace, ["creationTimestamp"] = o.Str("metadata", "creationTimestamp"),
            ["validation"] = new JsonObject
            {
                ["valid"] = found.TrueForAll(c => c.Severity != "error"),
                ["checks"] = new JsonArray([.. found.Select(c => (JsonNode)new JsonObject { ["code"] = c.Code, ["severity"] = c.Severity, ["message"] = c.Message, ["path"] = c.Path })]),
            },
        };
    }

    private static JsonArray References(MeshConfig config, StoredObject service)
    {
        var host = $"{service.Name}.{service.Namespace}.svc.cluster.local";
        var rules = config.VirtualServices.Where(v => v.Spec.Strings("hosts").Any(h => MeshConfig.Qualify(h, v.Namespace) == host) || v.Spec.Objects("http").Concat(v.Spec.Objects("tcp")).Concat(v.Spec.Objects("tls")).SelectMany(r => r.Objects("route")).Any(r => MeshConfig.Qualify(r.Str("destination", "host") ?? "", v.Namespace) == host)).Select(v => ("VirtualService", v))
            .Concat(config.DestinationRules.Where(d => MeshConfig.Qualify(d.Spec.Str("host") ?? "", d.Namespace) == host).Select(d => ("DestinationRule", d)));
        return new([.. rules.Select(r => (JsonNode)new JsonObject { ["objectGVK"] = new JsonObject { ["Group"] = "networking.istio.io", ["Version"] = "v1", ["Kind"] = r.Item1 }, ["name"] = r.Item2.Name, ["namespace"] = r.Item2.Namespace })]);
    }

    private static JsonObject Status(StoreSnapshot snapshot, string ns, string name, List<PodInstance> pods)
    {
        var owner = (snapshot.Find("deployments.apps", ns, name) ?? snapshot.Find("statefulsets.apps", ns, name))?.Parse();
        var ready = pods.Count(p => snapshot.Find("pods", ns, p.Name)?.Parse().Objects("status", "conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True") == true);
        return new()
        {
            ["name"] = name, ["desiredReplicas"] = owner is null ? pods.Count : owner.Int(1, "spec", "replicas"), ["currentReplicas"] = pods.Count, ["availableReplicas"] = ready,
            ["syncedProxies"] = pods.Exists(p => p.Sidecar is not null) ? pods.Count(p => p.Sidecar is { IsRunning: true }) : -1,
        };
    }

    private static JsonObject Strings(IReadOnlyDictionary<string, string> map) => new([.. map.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]);
}
