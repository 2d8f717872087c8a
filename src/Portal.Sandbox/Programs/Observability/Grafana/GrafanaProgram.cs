using System.Text.Json.Nodes;

namespace Portal.Sandbox.Programs.Observability.Grafana;

/// <summary>Grafana: Istio's dashboards as pages that query the cluster's Prometheus through it.</summary>
internal sealed class GrafanaProgram : IPodProgram
{
    private const string Version = "12.0.1";

    private static readonly (string Uid, string Slug, string Title)[] s_dashboards =
    [
        ("3--MLVZZk", "istio-control-plane-dashboard", "Istio Control Plane Dashboard"), ("G8wLrJIZk", "istio-mesh-dashboard", "Istio Mesh Dashboard"), ("vu8e0VWZk", "istio-performance-dashboard", "Istio Performance Dashboard"),
        ("LJ_uJAvmk", "istio-service-dashboard", "Istio Service Dashboard"), ("UbsSZTDik", "istio-workload-dashboard", "Istio Workload Dashboard"),
    ];

    public long BaseMemory => 70 << 20;

    public bool Listens(ContainerInstance container, int port) => port == 3000;

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        switch (call.PathOnly.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["api", "health"]: return HttpReply.Json(200, new JsonObject { ["commit"] = "sandbox", ["database"] = "ok", ["version"] = Version });
            case ["api", "search"]:
                var query = new QueryParameters(call)["query"] ?? "";
                return HttpReply.Json(200, new JsonArray([.. s_dashboards.Where(d => d.Title.Contains(query, StringComparison.OrdinalIgnoreCase)).Select((d, i) => (JsonNode)new JsonObject
                {
                    ["id"] = i + 1, ["uid"] = d.Uid, ["title"] = d.Title, ["uri"] = "db/" + d.Slug, ["url"] = $"/d/{d.Uid}/{d.Slug}", ["slug"] = "", ["type"] = "dash-db", ["tags"] = new JsonArray(), ["isStarred"] = false, ["folderUid"] = "istio", ["folderTitle"] = "istio", ["folderUrl"] = "/dashboards/f/istio/istio",
                })]));
            case ["api", "dashboards", "uid", var uid]:
                var found = Array.Find(s_dashboards, d => d.Uid == uid);
                return found.Uid is null ? HttpReply.Json(404, new JsonObject { ["message"] = "Dashboard not found" })
                    : HttpReply.Json(200, new JsonObject { ["meta"] = new JsonObject { ["type"] = "db", ["slug"] = found.Slug, ["url"] = $"/d/{uid}/{found.Slug}", ["folderTitle"] = "istio" }, ["dashboard"] = new JsonObject { ["uid"] = uid, ["title"] = found.Title, ["tags"] = new JsonArray() } });
            case ["api", "datasources"]:
                return HttpReply.Json(200, new JsonArray(new JsonObject { ["id"] = 1, ["uid"] = "prometheus", ["name"] = "Prometheus", ["type"] = "prometheus", ["access"] = "proxy", ["url"] = "http://prometheus:9090", ["isDefault"] = true }));
            case ["api", "datasources", "proxy", "uid", "prometheus", .. var rest] when rest is ["api", "v1", ..]:
                var reply = await PrometheusClient.ForwardAsync(container, call, "/" + string.Join('/', rest) + (call.Query.Length > 0 ? "?" + call.Query : ""), cancellationToken).ConfigureAwait(false);
                return reply.Failed ? HttpReply.Json(502, new JsonObject { ["message"] = "Prometheus does not answer at http://prometheus:9090. Is samples/addons/prometheus.yaml applied?" }) : reply;
            case [] or ["dashboards", ..] or ["d", _, ..]: return ObservabilityPage.Reply("grafana");
            default: return HttpReply.Json(404, new JsonObject { ["message"] = "Not found" });
        }
    }
}
