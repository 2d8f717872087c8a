using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.GatewayApi;

/// <summary>What is wrong with a reference to a backend.</summary>
/// <param name="Reason">The reason of the condition <c>ResolvedRefs</c>.</param>
internal sealed record BrokenReference(string Reason, string Message);

/// <summary>Resolves the backends of routes.</summary>
internal static class BackendReferences
{
    public static BrokenReference? Check(JsonObject backend, string routeNamespace, StoreSnapshot snapshot, ReferenceGrants grants)
    {
        var (kind, name, ns) = (backend.Str("kind") ?? "Service", backend.Str("name") ?? "", Namespace(backend, routeNamespace));
        if (kind != "Service" || backend.Str("group") is { Length: > 0 }) return new("InvalidKind", $"referencing unsupported backendRef: group \"{backend.Str("group")}\" kind \"{kind}\"");
        if (!grants.Allow("HTTPRoute", routeNamespace, "Service", ns, name)) return new("RefNotPermitted", $"backendRef {name}/{ns} not accessible to a HTTPRoute in namespace \"{routeNamespace}\" (missing a ReferenceGrant?)");
        if (backend.Num("port") is null) return new("UnsupportedValue", "port is required in backendRef");
        return snapshot.Find("services", ns, name) is null ? new("BackendNotFound", $"backend({Host(backend, routeNamespace)}) not found") : null;
    }

    public static string Host(JsonObject backend, string routeNamespace) => $"{backend.Str("name")}.{Namespace(backend, routeNamespace)}.svc.cluster.local";

    private static string Namespace(JsonObject backend, string routeNamespace) => backend.Str("namespace") is { Length: > 0 } ns ? ns : routeNamespace;
}
