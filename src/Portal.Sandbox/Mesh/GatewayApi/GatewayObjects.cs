using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.GatewayApi;

/// <summary>A listener of a Kubernetes Gateway.</summary>
internal sealed record GatewayListener(JsonObject Json)
{
    public string Name { get; } = Json.Str("name") ?? "";
    public int Port { get; } = Json.Int(0, "port");
    public string Protocol { get; } = Json.Str("protocol") ?? "HTTP";
    public string Hostname { get; } = Json.Str("hostname") is { Length: > 0 } host ? host.ToLowerInvariant() : "*";
    public bool IsHttp => Protocol is "HTTP" or "HTTPS";
}

/// <summary>A Gateway or an HTTPRoute with what ordering needs.</summary>
internal sealed record GatewayResource(StoredObject Stored, JsonObject Object)
{
    public string Name => Stored.Name;
    public string Namespace => Stored.Namespace;
    public string Created { get; } = Object.Str("metadata", "creationTimestamp") ?? "";
    public JsonObject Spec { get; } = Object.Obj("spec") ?? [];
    public IReadOnlyList<GatewayListener> Listeners { get; } = [.. Object.Objects("spec", "listeners").Select(l => new GatewayListener(l.Copy()))];
}

/// <summary>The objects of the Gateway API that concern this mesh. Everything here exists only while its definitions are installed.</summary>
internal static class GatewayObjects
{
    public const string Group = "gateway.networking.k8s.io";
    public const string Gateways = "gateways." + Group;
    public const string HttpRoutes = "httproutes." + Group;
    public const string Classes = "gatewayclasses." + Group;
    public const string Controller = "istio.io/gateway-controller";
    public const string GatewayNameLabel = Group + "/gateway-name";

    /// <summary>Whether a change of a resource can change what the Gateway API's objects mean.</summary>
    public static bool Concerns(string resource) => resource.EndsWith("." + Group, StringComparison.Ordinal);

    /// <summary>Gateways whose class is Istio's.</summary>
    public static IEnumerable<GatewayResource> GatewaysOf(StoreSnapshot snapshot)
    {
        var classes = snapshot.List(Classes).Where(c => c.Parse().Str("spec", "controllerName") == Controller).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return snapshot.List(Gateways).Select(g => new GatewayResource(g, g.Parse())).Where(g => classes.Contains(g.Spec.Str("gatewayClassName") ?? ""));
    }

    /// <summary>HTTPRoutes, oldest first.</summary>
    public static IEnumerable<GatewayResource> RoutesOf(StoreSnapshot snapshot) => snapshot.List(HttpRoutes).Select(r => new GatewayResource(r, r.Parse())).OrderBy(r => r.Created, StringComparer.Ordinal).ThenBy(r => $"{r.Namespace}/{r.Name}", StringComparer.Ordinal);
}

/// <summary>Whether a route may be attached to a listener, and for which hosts.</summary>
internal static class RouteAttachment
{
    public static bool IsGateway(JsonObject parent) => parent.Str("kind") is null or "Gateway" && parent.Str("group") is null or GatewayObjects.Group;

    public static bool IsService(JsonObject parent) => parent.Str("kind") == "Service" && parent.Str("group") is null or "";

    public static bool RefersTo(JsonObject parent, GatewayResource route, GatewayResource gateway) =>
        IsGateway(parent) && parent.Str("name") == gateway.Name && (parent.Str("namespace") is { Length: > 0 } ns ? ns : route.Namespace) == gateway.Namespace;

    public static bool Names(JsonObject parent, GatewayListener listener) =>
        (parent.Str("sectionName") is not { Length: > 0 } section || section == listener.Name) && (parent.Num("port") is not { } port || port == listener.Port);

    public static bool Allows(GatewayListener listener, GatewayResource gateway, GatewayResource route, StoreSnapshot snapshot)
    {
        if (listener.Json.Objects("allowedRoutes", "kinds").ToList() is { Count: > 0 } kinds && !kinds.Exists(k => k.Str("kind") == "HTTPRoute")) return false;
        return listener.Json.Str("allowedRoutes", "namespaces", "from") switch
        {
            "All" => true,
            "Selector" => listener.Json.Obj("allowedRoutes", "namespaces", "selector") is { } selector && snapshot.Find("namespaces", "", route.Namespace) is { } ns && Selectors.Matches(selector, ns.Labels),
            _ => gateway.Namespace == route.Namespace,
        };
    }

    /// <summary>The hosts that a route and a listener have in common; empty when there are none.</summary>
    public static IReadOnlyList<string> Hosts(GatewayListener listener, GatewayResource route)
    {
        var own = route.Spec.Strings("hostnames").Select(h => h.ToLowerInvariant()).ToList();
        if (own.Count == 0) return [listener.Hostname];
        return [.. own.Select(h => MeshConfig.HostMatches(listener.Hostname, h) ? h : MeshConfig.HostMatches(h, listener.Hostname) ? listener.Hostname : "").Where(h => h.Length > 0).Distinct()];
    }
}
