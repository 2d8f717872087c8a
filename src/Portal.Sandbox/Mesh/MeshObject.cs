using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh;

/// <summary>One Istio object with what ordering and visibility need, and what was compiled of it. Kept from push to push while it does not change.</summary>
internal sealed record MeshObject(string Name, string Namespace, string Created, JsonObject Spec)
{
    private const string GatewayName = "gateway.networking.k8s.io/gateway-name";

    private HttpRoute[]? _http;
    private StreamRoute[]? _tcp;
    private StreamRoute[]? _tls;

    public string Id => $"{Namespace}/{Name}";

    /// <summary>Only to be logged, not enforced (annotation istio.io/dry-run).</summary>
    public bool DryRun { get; init; }

    /// <summary>Made of objects of the Kubernetes Gateway API.</summary>
    public bool IsOfGatewayApi { get; init; }

    /// <summary>The state of the object that this was read from.</summary>
    public StoredObject? Source { get; init; }

    /// <summary>Whether the object has HTTP routes of its own or of a delegate.</summary>
    public bool HasHttp => Spec.Arr("http") is { Count: > 0 };

    /// <summary>A VirtualService's HTTP routes; delegates are looked up once.</summary>
    public HttpRoute[] Http(MeshConfig config) => _http ??= HasDelegates
        ? [.. Delegation.Expand(this, config.FindVirtualService).Select(r => HttpRoute.Of(r, this))]
        : [.. Spec.Objects("http").Select(r => HttpRoute.Of(r, this))];

    public StreamRoute[] Tcp => _tcp ??= StreamRoute.Of(this, "tcp");
    public StreamRoute[] Tls => _tls ??= StreamRoute.Of(this, "tls");

    /// <summary>Whether a change of another object changes what this one means.</summary>
    public bool HasDelegates => Spec.Objects("http").Any(r => r.Obj("delegate") is not null);

    public bool SelectsAll => Spec.Map("selector", "matchLabels").Count == 0;

    /// <summary>Whether a policy's selector covers the labels; one without covers all.</summary>
    public bool Selects(IReadOnlyDictionary<string, string> labels) => Spec.Map("selector", "matchLabels").All(l => labels.TryGetValue(l.Key, out var v) && v == l.Value);

    /// <summary>The Gateways that a policy names instead of a selector.</summary>
    public IEnumerable<JsonObject> Targets => Spec.Objects("targetRefs").Concat(Spec.Obj("targetRef") is { } one ? [one] : []);

    /// <summary>Whether a policy is about a workload: of the root namespace all in the mesh, of another its own; a selector or a reference to a gateway narrows it.</summary>
    public bool AppliesTo(string ns, IReadOnlyDictionary<string, string> labels)
    {
        if (Namespace != ns && Namespace != MeshConfig.RootNamespace) return false;
        if (!Targets.Any()) return Selects(labels);
        return Namespace == ns && labels.TryGetValue(GatewayName, out var gateway) && Targets.Any(t => t.Str("kind") == "Gateway" && t.Str("name") == gateway);
    }

    public static MeshObject Of(StoredObject stored)
    {
        var o = stored.Parse();
        return new(stored.Name, stored.Namespace, o.Str("metadata", "creationTimestamp") ?? "", (o.Obj("spec") ?? []).Copy())
        {
            Source = stored,
            DryRun = o.Str("metadata", "annotations", "istio.io/dry-run") == "true",
        };
    }
}
