using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl proxy-status</c>: which proxies are connected, and whether they hold what the control plane would give them.</summary>
internal static class ProxyStatusCommand
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, IndentSize = 4 };

    private static readonly (string Short, string Url)[] s_types =
    [
        ("CDS", "envoy.config.cluster.v3.Cluster"), ("ECDS", "envoy.config.core.v3.TypedExtensionConfig"), ("EDS", "envoy.config.endpoint.v3.ClusterLoadAssignment"),
        ("LDS", "envoy.config.listener.v3.Listener"), ("RDS", "envoy.config.route.v3.RouteConfiguration"),
    ];

    public static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        if (call["output"] is not ("table" or "json")) throw new IstioctlException($"unsupported output format: {call["output"]}");
        if (Revisions.Pods(call.Cluster, call.IstioNamespace).All(p => call["revision"] is { } r && r != p.Revision)) throw new IstioctlException("unable to find any Istiod instances");
        if (call.Operands is [var operand, ..]) return await CompareAsync(call, operand).ConfigureAwait(false);
        var proxies = Proxies.Of(call.Cluster).Where(p => (call.GivenNamespace is not { } ns || ns == p.Pod.Namespace) && (call["revision"] is not { } r || r == p.Revision)).ToList();
        await call.LineAsync(call["output"] == "json" ? Json(proxies).ToJsonString(s_indented) : call.Number("verbosity") > 0
            ? TextTable.Format([["NAME", "CLUSTER", .. s_types.Select(t => t.Short), "ISTIOD", "VERSION"], .. proxies.Select(p => new[] { p.Id, "Kubernetes" }.Concat(s_types.Select(t => State(p, t.Short))).Concat([p.ControlPlane.Name, p.Version]).ToArray())], 5)
            : TextTable.Format([["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"], .. proxies.Select(p => new[] { p.Id, "Kubernetes", p.ControlPlane.Name, p.Version, Subscribed(p) })], 5)).ConfigureAwait(false);
        return 0;
    }

    /// <summary>Whether what was sent of a type is what there is. A gateway without servers asks for no routes; nobody asks for extensions without any.</summary>
    private static string State(ConnectedProxy proxy, string type) =>
        !Asks(proxy, type) ? "NOT SENT" : proxy.Pod.Cluster.Mesh.IsCurrent ? "SYNCED" : "STALE";

    private static bool Asks(ConnectedProxy proxy, string type) => type switch
    {
        "ECDS" => false,
        "RDS" => proxy.Pod.HasSidecar || proxy.Pod.Cluster.Mesh.Config.GatewayOf(proxy.Pod).Servers.Any(s => s.IsHttp),
        _ => true,
    };

    private static string Subscribed(ConnectedProxy proxy)
    {
        var types = new[] { "CDS", "LDS", "EDS", "RDS" }.Where(t => Asks(proxy, t)).ToList();
        return $"{types.Count} ({string.Join(',', types)})";
    }

    private static JsonObject Json(List<ConnectedProxy> proxies)
    {
        var plane = proxies.Select(p => p.ControlPlane).FirstOrDefault();
        return new()
        {
            ["versionInfo"] = ProfileManifests.Version,
            ["resources"] = new JsonArray([.. proxies.Select(p => (JsonNode)new JsonObject
            {
                ["@type"] = "type.googleapis.com/envoy.service.status.v3.ClientConfig",
                ["node"] = new JsonObject { ["id"] = p.Id, ["metadata"] = new JsonObject { ["CLUSTER_ID"] = "Kubernetes", ["ISTIO_VERSION"] = p.Version } },
                ["genericXdsConfigs"] = new JsonArray([.. s_types.Where(t => Asks(p, t.Short)).Select(t => (JsonNode)new JsonObject { ["typeUrl"] = "type.googleapis.com/" + t.Url, ["configStatus"] = State(p, t.Short) })]),
            })]),
            ["typeUrl"] = "type.googleapis.com/envoy.service.status.v3.ClientConfig",
            ["controlPlane"] = new JsonObject { ["identifier"] = new JsonObject { ["Component"] = "istiod", ["ID"] = plane?.Name ?? "", ["Info"] = new JsonObject { ["version"] = plane?.Version ?? "", ["revision"] = "", ["golang_version"] = "", ["status"] = "", ["tag"] = plane?.Version ?? "" } }.ToText() },
        };
    }

    private static async Task<int> CompareAsync(Invocation call, string operand)
    {
        if (call.Has("file")) throw new IstioctlException("config dumps in files are not simulated by the sandbox: name a pod");
        var pod = ProxyTarget.FindProxy(call.Cluster, operand, call.Namespace, "could not contact sidecar: ");
        var mesh = call.Cluster.Mesh;
        // The sandbox's proxies hold one configuration; while a newer one is under way all kinds are behind.
        var verdict = mesh.IsCurrent ? "Match" : "Don't Match";
        var loaded = pod.Sidecar!.StartedAt > mesh.PushedAt ? pod.Sidecar.StartedAt : mesh.PushedAt;
        await call.LineAsync($"Clusters {verdict}\nListeners {verdict}\nRoutes {verdict} (RDS last loaded at {loaded.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)} UTC)").ConfigureAwait(false);
        return 0;
    }
}
