using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.GatewayApi;

/// <summary>Which references across namespaces the owners of the targets have allowed.</summary>
internal sealed class ReferenceGrants(StoreSnapshot snapshot)
{
    private const string Resource = "referencegrants.gateway.networking.k8s.io";

    private readonly List<(string Namespace, System.Text.Json.Nodes.JsonObject Spec)> _grants = [.. snapshot.List(Resource).Select(g => (g.Namespace, g.Parse().Obj("spec") ?? []))];

    /// <param name="kind">The kind that refers, of the Gateway API's group.</param>
    /// <param name="toKind">A kind of the core group.</param>
    public bool Allow(string kind, string fromNamespace, string toKind, string toNamespace, string toName) => fromNamespace == toNamespace || _grants.Exists(g =>
        g.Namespace == toNamespace
        && g.Spec.Objects("from").Any(f => f.Str("group") == GatewayObjects.Group && f.Str("kind") == kind && f.Str("namespace") == fromNamespace)
        && g.Spec.Objects("to").Any(t => t.Str("group") is null or "" && t.Str("kind") == toKind && (t.Str("name") is not { Length: > 0 } name || name == toName)));
}
