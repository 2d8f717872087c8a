using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Controllers;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.GatewayApi;

/// <summary>Istiod's part in the Gateway API: its classes, the gateways that it deploys, and what it says in statuses. Works once the definitions are installed and istiod runs.</summary>
internal sealed class GatewayApiController : IController
{
    private static readonly WriteOptions s_options = WriteOptions.Controller("pilot-discovery");
    private static readonly (string Name, string Controller, string Description)[] s_classes =
    [
        ("istio", GatewayObjects.Controller, "The default Istio GatewayClass"),
        ("istio-remote", "istio.io/unmanaged-gateway", "Remote to this cluster. Does not deploy or affect configuration."),
    ];

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        var ours = GatewayObjects.Concerns(change.Resource) || change.Resource == "customresourcedefinitions.apiextensions.k8s.io" && change.Object.Name == GatewayObjects.Gateways;
        // What a gateway leads to or stands on changes what is said of it.
        if (ours || change.Resource is "services" or "endpoints" or "secrets") enqueue(default);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Catalog.FindResource(GatewayObjects.Gateways) is not { } gatewayType || !MeshControlPlane.IsRunning(cluster.Store.Snapshot)) return;
        foreach (var (className, controller, description) in s_classes) EnsureClass(cluster, className, controller, description);
        foreach (var gateway in GatewayObjects.GatewaysOf(cluster.Store.Snapshot).Where(g => !g.Stored.IsDeleting && GatewayDeployment.IsAutomatic(g)))
        {
            foreach (var (kind, version, wanted) in GatewayDeployment.Objects(gateway)) Ensure(cluster, cluster.Catalog.FindKind(version, kind)!, wanted);
        }
        var snapshot = cluster.Store.Snapshot;
        var status = new GatewayStatus(snapshot, cluster.Operations.Now);
        var (gateways, routes) = (GatewayObjects.GatewaysOf(snapshot).ToList(), GatewayObjects.RoutesOf(snapshot).ToList());
        foreach (var gateway in gateways) Report(cluster, gatewayType, gateway, status.OfGateway(gateway, routes));
        if (cluster.Catalog.FindResource(GatewayObjects.HttpRoutes) is not { } routeType) return;
        foreach (var route in routes) Report(cluster, routeType, route, status.OfRoute(route, gateways));
    }

    private static void EnsureClass(SandboxCluster cluster, string name, string controller, string description)
    {
        if (cluster.Catalog.FindResource(GatewayObjects.Classes) is not { } type) return;
        var snapshot = cluster.Store.Snapshot;
        if (snapshot.Find(GatewayObjects.Classes, "", name) is null)
            cluster.Operations.Create(type, "", new JsonObject { ["apiVersion"] = type.ApiVersion, ["kind"] = type.Kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = new JsonObject { ["controllerName"] = controller, ["description"] = description } }, s_options);
        var stored = cluster.Store.Snapshot.Find(GatewayObjects.Classes, "", name)!;
        Report(cluster, type, new(stored, stored.Parse()), new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Accepted", ["status"] = "True", ["reason"] = "Accepted", ["message"] = "Handled by Istio controller", ["observedGeneration"] = 1, ["lastTransitionTime"] = cluster.Operations.Now }) });
    }

    private static void Ensure(SandboxCluster cluster, ResourceType type, JsonObject wanted)
    {
        var (ns, name) = (wanted.Str("metadata", "namespace")!, wanted.Str("metadata", "name")!);
        if (cluster.Store.Snapshot.Find(type.Resource, ns, name) is not { } stored) cluster.Operations.Create(type, ns, wanted, s_options);
        else if (type.Kind != "ServiceAccount" && !Contains(stored.Parse()["spec"], wanted["spec"])) cluster.Operations.Update(type, ns, name, "", live => ServerSideApply.Merge(live, wanted, type.Schema), s_options);
    }

    /// <summary>Whether an object has all that is wanted; what else it has is its own.</summary>
    private static bool Contains(JsonNode? live, JsonNode? wanted) => (live, wanted) switch
    {
        (JsonObject l, JsonObject w) => w.All(p => Contains(l[p.Key], p.Value)),
        (JsonArray l, JsonArray w) => l.Count == w.Count && w.Zip(l).All(p => Contains(p.Second, p.First)),
        _ => JsonExtensions.Same(live, wanted),
    };

    /// <summary>Writes a status that differs from the one that is there by more than its times.</summary>
    private static void Report(SandboxCluster cluster, ResourceType type, GatewayResource of, JsonObject status)
    {
        var live = of.Object.Obj("status");
        if (JsonExtensions.Same(Timeless(live), Timeless(status))) return;
        cluster.Operations.Update(type, of.Namespace, of.Name, "status", o =>
        {
            o["status"] = status.Copy();
            return o;
        }, s_options);
    }

    private static JsonNode? Timeless(JsonObject? status)
    {
        var copy = status?.Copy();
        foreach (var condition in copy.Objects("conditions").Concat(copy.Objects("listeners").SelectMany(l => l.Objects("conditions"))).Concat(copy.Objects("parents").SelectMany(p => p.Objects("conditions")))) condition.Remove("lastTransitionTime");
        return copy;
    }
}
