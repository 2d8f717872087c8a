using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.GatewayApi;

/// <summary>What istiod says of Gateways and HTTPRoutes in their status.</summary>
internal sealed class GatewayStatus(StoreSnapshot snapshot, string now)
{
    private readonly ReferenceGrants _grants = new(snapshot);

    public JsonObject OfGateway(GatewayResource gateway, IReadOnlyList<GatewayResource> routes)
    {
        var (address, problem, assigned) = Address(gateway);
        var status = new JsonObject();
        if (address is not null) status["addresses"] = new JsonArray(new JsonObject { ["type"] = char.IsAsciiDigit(address[0]) ? "IPAddress" : "Hostname", ["value"] = address });
        status["conditions"] = new JsonArray(
            Condition(gateway, "Accepted", true, "Accepted", "Resource accepted"),
            problem is null ? Condition(gateway, "Programmed", true, "Programmed", $"Resource programmed, assigned to service(s) {assigned}") : Condition(gateway, "Programmed", false, address is null && assigned.Length > 0 ? "AddressNotAssigned" : "Invalid", problem));
        status["listeners"] = new JsonArray([.. gateway.Listeners.Select(l => (JsonNode)Listener(gateway, l, routes))]);
        return status;
    }

    public JsonObject OfRoute(GatewayResource route, IReadOnlyList<GatewayResource> gateways)
    {
        var parents = new JsonArray();
        foreach (var parent in route.Spec.Objects("parentRefs"))
        {
            var (accepted, reason, message) = Attach(parent, route, gateways);
            // Another controller's gateway is its own to speak of.
            if (reason.Length == 0) continue;
            var broken = route.Spec.Objects("rules").SelectMany(r => r.Objects("backendRefs")).Select(b => BackendReferences.Check(b, route.Namespace, snapshot, _grants)).FirstOrDefault(b => b is not null);
            parents.Add(new JsonObject
            {
                ["parentRef"] = parent.Copy(),
                ["controllerName"] = GatewayObjects.Controller,
                ["conditions"] = new JsonArray(
                    Condition(route, "Accepted", accepted, reason, message),
                    broken is null ? Condition(route, "ResolvedRefs", true, "ResolvedRefs", "All references resolved") : Condition(route, "ResolvedRefs", false, broken.Reason, broken.Message)),
            });
        }
        return new() { ["parents"] = parents };
    }

    private (bool Accepted, string Reason, string Message) Attach(JsonObject parent, GatewayResource route, IReadOnlyList<GatewayResource> gateways)
    {
        if (RouteAttachment.IsService(parent))
            return snapshot.Find("services", parent.Str("namespace") ?? route.Namespace, parent.Str("name") ?? "") is null ? (false, "NoMatchingParent", $"parent service: \"{parent.Str("name")}\" not found") : (true, "Accepted", "Route was valid");
        if (gateways.FirstOrDefault(g => RouteAttachment.RefersTo(parent, route, g)) is not { } gateway) return (false, "", "");
        var named = gateway.Listeners.Where(l => RouteAttachment.Names(parent, l)).ToList();
        if (named.Count == 0) return (false, "NoMatchingParent", $"sectionName \"{parent.Str("sectionName")}\" not found");
        var allowing = named.Where(l => RouteAttachment.Allows(l, gateway, route, snapshot)).ToList();
        if (allowing.Count == 0) return (false, "NotAllowedByListeners", $"hostnames matched parent hostname \"\", but namespace \"{route.Namespace}\" is not allowed by the parent");
        return allowing.Exists(l => RouteAttachment.Hosts(l, route).Count > 0) ? (true, "Accepted", "Route was valid") : (false, "NoMatchingListenerHostname", $"no hostnames matched parent hostname \"{allowing[0].Hostname}\"");
    }

    private JsonObject Listener(GatewayResource gateway, GatewayListener listener, IReadOnlyList<GatewayResource> routes)
    {
        var attached = routes.Count(r => r.Spec.Objects("parentRefs").Any(p => RouteAttachment.RefersTo(p, r, gateway) && RouteAttachment.Names(p, listener)) && RouteAttachment.Allows(listener, gateway, r, snapshot) && RouteAttachment.Hosts(listener, r).Count > 0);
        var missing = listener.Protocol == "HTTPS" ? Certificate(gateway, listener) : null;
        return new()
        {
            ["name"] = listener.Name,
            ["attachedRoutes"] = attached,
            ["supportedKinds"] = listener.IsHttp ? new JsonArray(Kind("HTTPRoute"), Kind("GRPCRoute")) : new JsonArray(Kind(listener.Protocol == "TLS" ? "TLSRoute" : "TCPRoute")),
            ["conditions"] = new JsonArray(
                Condition(gateway, "Accepted", true, "Accepted", "No errors found"),
                Condition(gateway, "Conflicted", false, "NoConflicts", "No errors found"),
                missing is null ? Condition(gateway, "Programmed", true, "Programmed", "No errors found") : Condition(gateway, "Programmed", false, "Invalid", "Bad TLS configuration"),
                missing is null ? Condition(gateway, "ResolvedRefs", true, "ResolvedRefs", "No errors found") : Condition(gateway, "ResolvedRefs", false, missing.Reason, missing.Message)),
        };
    }

    private BrokenReference? Certificate(GatewayResource gateway, GatewayListener listener)
    {
        if (listener.Json.Objects("tls", "certificateRefs").FirstOrDefault() is not { } reference) return new("InvalidCertificateRef", "exactly 1 certificateRefs should be present for TLS termination");
        var (ns, name) = (reference.Str("namespace") ?? gateway.Namespace, reference.Str("name") ?? "");
        if (!_grants.Allow("Gateway", gateway.Namespace, "Secret", ns, name)) return new("RefNotPermitted", $"certificateRef {name}/{ns} not accessible to a Gateway in namespace \"{gateway.Namespace}\" (missing a ReferenceGrant?)");
        return Security.GatewaySecret.Read(snapshot, ns, name, "SIMPLE") is null ? new("InvalidCertificateRef", $"invalid certificate reference /Secret/{ns}/{name}, secret {ns}/{name} not found") : null;
    }

    private (string? Address, string? Problem, string Assigned) Address(GatewayResource gateway)
    {
        var name = GatewayDeployment.IsAutomatic(gateway) ? GatewayDeployment.NameOf(gateway) : gateway.Spec.Objects("addresses").First().Str("value")!.Split('.')[0];
        var host = $"{name}.{gateway.Namespace}.svc.cluster.local";
        if (snapshot.Find("services", gateway.Namespace, name)?.Parse() is not { } service) return (null, $"Failed to assign to any requested addresses: hostname \"{host}\" not found", "");
        var assigned = string.Join(" and ", gateway.Listeners.Select(l => l.Port).Distinct().Select(p => $"{host}:{p}"));
        var ready = snapshot.Find("endpoints", gateway.Namespace, name)?.Parse().Objects("subsets").Any(s => s.Arr("addresses") is { Count: > 0 }) == true;
        var address = service.Str("spec", "type") == "LoadBalancer" ? service.Objects("status", "loadBalancer", "ingress").Select(i => i.Str("ip") ?? i.Str("hostname")).FirstOrDefault() : host;
        if (address is null) return (null, $"Assigned to service(s) {assigned}, but failed to assign to all requested addresses: address pending for hostname \"{host}\"", assigned);
        return ready ? (address, null, assigned) : (address, $"Failed to assign to any requested addresses: no instances found for hostname \"{host}\"", "");
    }

    private static JsonObject Kind(string kind) => new() { ["group"] = GatewayObjects.Group, ["kind"] = kind };

    private JsonObject Condition(GatewayResource of, string type, bool value, string reason, string message) => new()
    {
        ["type"] = type, ["status"] = value ? "True" : "False", ["reason"] = reason, ["message"] = message, ["observedGeneration"] = of.Object.Int(1, "metadata", "generation"), ["lastTransitionTime"] = now,
    };
}
