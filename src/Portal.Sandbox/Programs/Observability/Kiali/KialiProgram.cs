using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Programs.Observability.Kiali;

/// <summary>Kiali: the traffic graph from what Prometheus measured, and workloads and Istio configuration from the API.</summary>
internal sealed class KialiProgram : IPodProgram
{
    public long BaseMemory => 50 << 20;

    public bool Listens(ContainerInstance container, int port) => port is 20001 or 9090;

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var snapshot = container.Pod.Cluster.Store.Snapshot;
        switch (call.PathOnly.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case []: return ObservabilityPage.Redirect("/kiali/");
            case ["kiali", "healthz"] or ["kiali", "api", "healthz"]: return HttpReply.Of(200, "");
            case ["kiali", "api", "status" or ""] or ["kiali", "api"]:
                return HttpReply.Json(200, new JsonObject { ["status"] = new JsonObject { ["Kiali state"] = "running", ["Kiali version"] = "v2.26.0", ["Mesh name"] = "Istio", ["Mesh version"] = Istioctl.ProfileManifests.Version }, ["externalServices"] = new JsonArray(), ["warningMessages"] = new JsonArray() });
            case ["kiali", "api", "namespaces"]: return HttpReply.Json(200, Namespaces(snapshot));
            case ["kiali", "api", "namespaces", "graph"]: return await GraphAsync(container, call, null, cancellationToken).ConfigureAwait(false);
            case ["kiali", "api", "namespaces", var ns, "graph"]: return await GraphAsync(container, call, ns, cancellationToken).ConfigureAwait(false);
            case ["kiali", "api", "clusters", "workloads"] or ["kiali", "api", "workloads"]: return HttpReply.Json(200, new JsonObject { ["workloads"] = KialiLists.Workloads(container.Pod.Cluster) });
            case ["kiali", "api", "istio", "config"]: return HttpReply.Json(200, new JsonObject { ["items"] = KialiLists.Configuration(container.Pod.Cluster) });
            case ["kiali", "api", ..]: return HttpReply.Json(404, new JsonObject { ["error"] = "Not found" });
            case ["kiali", ..]: return ObservabilityPage.Reply("kiali");
            default: return HttpReply.Of(404, "404 page not found\n");
        }
    }

    private static JsonArray Namespaces(StoreSnapshot snapshot) => new([.. snapshot.List("namespaces").OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => (JsonNode)new JsonObject
    {
        ["name"] = n.Name, ["cluster"] = "Kubernetes", ["isControlPlane"] = n.Name == Mesh.MeshConfig.RootNamespace, ["labels"] = new JsonObject([.. n.Labels.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]),
    })]);

    private static async Task<HttpReply> GraphAsync(ContainerInstance container, HttpCall call, string? ns, CancellationToken cancellationToken)
    {
        var p = new QueryParameters(call);
        var namespaces = ns is not null ? [ns] : (p["namespaces"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (namespaces.Length == 0) return HttpReply.Json(400, new JsonObject { ["error"] = "query parameter 'namespaces' is required" });
        var duration = Prometheus.PromLexer.Duration(p["duration"] ?? "60s") ?? 60_000;
        var graph = await TrafficGraph.ComputeAsync(container, namespaces, duration / 1000, cancellationToken).ConfigureAwait(false);
        return graph is null ? HttpReply.Json(503, new JsonObject { ["error"] = "Prometheus does not answer at http://prometheus.istio-system:9090. Is samples/addons/prometheus.yaml applied?" })
            : HttpReply.Json(200, new JsonObject { ["timestamp"] = container.Pod.Cluster.Now.ToUnixTimeSeconds(), ["duration"] = duration / 1000, ["graphType"] = p["graphType"] ?? "versionedApp", ["elements"] = graph });
    }
}
