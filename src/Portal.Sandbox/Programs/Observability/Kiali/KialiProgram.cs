using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>Kiali: the traffic graph from what Prometheus measured, and workloads, services and Istio configuration from the API.</summary>
internal sealed class KialiProgram : IPodProgram
{
    private const string Version = "v2.26.0";

    public long BaseMemory => 50 << 20;

    public bool Listens(ContainerInstance container, int port) => port is 20001 or 9090;

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        switch (call.PathOnly.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case []: return ObservabilityPage.Redirect("/kiali/");
            case ["kiali", "healthz"]: return HttpReply.Of(200, "");
            case ["kiali", "api", .. var path]: return await ApiAsync(container, call, path, cancellationToken).ConfigureAwait(false);
            case ["kiali", ..]: return ObservabilityPage.Reply("kiali");
            default: return HttpReply.Of(404, "404 page not found\n");
        }
    }

    private static async Task<HttpReply> ApiAsync(ContainerInstance container, HttpCall call, string[] path, CancellationToken cancellationToken)
    {
        var cluster = container.Pod.Cluster;
        var p = new QueryParameters(call);
        var asked = Names(p);
        bool Wanted(string ns) => asked.Length == 0 || asked.Contains(ns);
        Task<KialiHealth> Health() => KialiHealth.ReadAsync(container, Seconds(p["rateInterval"] ?? p["duration"]), cancellationToken);
        async Task<KialiHealth?> Extra() => p["health"] == "true" ? await Health().ConfigureAwait(false) : null;
        switch (path)
        {
            case ["healthz"]: return HttpReply.Of(200, "");
            case [] or ["status"]: return HttpReply.Json(200, Status());
            case ["auth", "info"]: return HttpReply.Json(200, new JsonObject { ["strategy"] = "anonymous", ["sessionInfo"] = new JsonObject { ["expiresOn"] = null, ["username"] = "anonymous" } });
            case ["istio", "status"]: return HttpReply.Json(200, Components(cluster));
            case ["namespaces"]: return HttpReply.Json(200, Namespaces(cluster.Store.Snapshot));
            case ["namespaces", "graph"]: return await GraphAsync(container, p, asked, cancellationToken).ConfigureAwait(false);
            case ["namespaces", var ns, "graph"]: return await GraphAsync(container, p, [ns], cancellationToken).ConfigureAwait(false);
            case ["namespaces", var ns, "istio", _, _, var kind, var name]:
                return KialiLists.Object(cluster, ns, kind, name) is { } found ? HttpReply.Json(200, found) : HttpReply.Json(404, new JsonObject { ["error"] = $"{kind} \"{name}\" not found" });
            case ["clusters", "workloads"] or ["workloads"]:
                return HttpReply.Json(200, new JsonObject { ["cluster"] = "Kubernetes", ["workloads"] = KialiLists.Workloads(cluster, Wanted, await Extra().ConfigureAwait(false)), ["validations"] = new JsonObject() });
            case ["clusters", "services"] or ["services"]:
                return HttpReply.Json(200, new JsonObject { ["cluster"] = "Kubernetes", ["services"] = KialiLists.Services(cluster, Wanted, await Extra().ConfigureAwait(false)), ["validations"] = new JsonObject() });
            case ["clusters", "health"]: return HttpReply.Json(200, HealthOf(cluster, Wanted, p["type"] ?? "app", await Health().ConfigureAwait(false)));
            case ["istio", "config"]: return HttpReply.Json(200, new JsonObject { ["items"] = KialiLists.Configuration(cluster, Wanted) });
            case ["namespaces", var ns, "istio"]: return HttpReply.Json(200, new JsonObject { ["items"] = KialiLists.Configuration(cluster, n => n == ns) });
            default: return HttpReply.Json(404, new JsonObject { ["error"] = "Not found" });
        }
    }

    private static string[] Names(QueryParameters p) => (p["namespaces"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static long Seconds(string? duration) => Math.Max(1, (Prometheus.PromLexer.Duration(duration ?? "60s") ?? 60_000) / 1000);

    private static JsonObject Status() => new()
    {
        ["status"] = new JsonObject { ["Kiali state"] = "running", ["Kiali version"] = Version, ["Kiali container version"] = Version, ["Mesh name"] = "Istio", ["Mesh version"] = Istioctl.ProfileManifests.Version },
        ["externalServices"] = new JsonArray(new JsonObject { ["name"] = "Istio", ["version"] = Istioctl.ProfileManifests.Version }, new JsonObject { ["name"] = "Prometheus" }), ["warningMessages"] = new JsonArray(),
    };

    private static JsonArray Components(SandboxCluster cluster)
    {
        var running = cluster.Pods.All.Where(p => p.Namespace == Mesh.MeshConfig.RootNamespace).Select(p => p.Workload.Name).ToHashSet(StringComparer.Ordinal);
        return new([.. new[] { "istiod", "istio-ingressgateway", "istio-egressgateway", "prometheus", "grafana", "jaeger" }.Select(n =>
            (JsonNode)new JsonObject { ["cluster"] = "Kubernetes", ["name"] = n, ["namespace"] = Mesh.MeshConfig.RootNamespace, ["status"] = running.Contains(n) ? "Healthy" : "NotFound", ["is_core"] = n == "istiod" })]);
    }

    private static JsonObject HealthOf(SandboxCluster cluster, Func<string, bool> wanted, string type, KialiHealth health)
    {
        var result = new JsonObject { ["namespaceAppHealth"] = new JsonObject(), ["namespaceServiceHealth"] = new JsonObject(), ["namespaceWorkloadHealth"] = new JsonObject() };
        var (list, into) = type == "service" ? (KialiLists.Services(cluster, wanted, health), "namespaceServiceHealth") : (KialiLists.Workloads(cluster, wanted, health), type == "app" ? "namespaceAppHealth" : "namespaceWorkloadHealth");
        foreach (var item in list.OfType<JsonObject>())
        {
            var names = ((JsonObject)result[into]!).Ensure(item.Str("namespace")!);
            if (type != "app")
            {
                names[item.Str("name")!] = item["health"]?.DeepClone();
                continue;
            }
            if (item.Str("labels", "app") is not { } app) continue;
            var one = names.Ensure(app);
            one.EnsureArray("workloadStatuses").Add(item.At("health", "workloadStatus")?.DeepClone());
            foreach (var side in new[] { "inbound", "outbound" })
            {
                var rates = one.Ensure("requests").Ensure(side);
                foreach (var (code, rate) in item.Obj("health", "requests", side, "http") ?? []) rates.Ensure("http")[code] = (rates.Real("http", code) ?? 0) + (rate.Real() ?? 0);
            }
        }
        return result;
    }

    private static JsonArray Namespaces(StoreSnapshot snapshot) => new([.. snapshot.List("namespaces").OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => (JsonNode)new JsonObject
    {
        ["name"] = n.Name, ["cluster"] = "Kubernetes", ["isControlPlane"] = n.Name == Mesh.MeshConfig.RootNamespace, ["labels"] = new JsonObject([.. n.Labels.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]),
    })]);

    private static async Task<HttpReply> GraphAsync(ContainerInstance container, QueryParameters p, string[] namespaces, CancellationToken cancellationToken)
    {
        if (namespaces.Length == 0) return HttpReply.Json(400, new JsonObject { ["error"] = "query parameter 'namespaces' is required" });
        var seconds = Seconds(p["duration"]);
        var graph = await TrafficGraph.ComputeAsync(container, namespaces, seconds, cancellationToken).ConfigureAwait(false);
        return graph is null ? HttpReply.Json(503, new JsonObject { ["error"] = "Prometheus does not answer at http://prometheus.istio-system:9090. Is samples/addons/prometheus.yaml applied?" })
            : HttpReply.Json(200, new JsonObject { ["timestamp"] = container.Pod.Cluster.Now.ToUnixTimeSeconds(), ["duration"] = seconds, ["graphType"] = p["graphType"] ?? "versionedApp", ["elements"] = graph });
    }
}
