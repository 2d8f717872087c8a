using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Istioctl.Analysis.Sources;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>What is analysed: the cluster's objects, overlaid by those of files.</summary>
internal sealed class AnalysisInput
{
    private static readonly HashSet<string> s_ignoredNamespaces = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

    private readonly Dictionary<(string Type, string Namespace, string Name), AnalysisObject> _objects = [];
    private readonly Dictionary<string, IReadOnlyList<AnalysisObject>> _lists = [];
    private readonly HashSet<string> _excluded;
    private ILookup<string, AnalysisObject>? _pods;
    private HostRegistry? _hosts;

    public AnalysisInput(TimeProvider time, IEnumerable<string> excludedNamespaces)
    {
        Time = time;
        _excluded = [.. s_ignoredNamespaces, .. excludedNamespaces];
    }

    public TimeProvider Time { get; }

    public string IstioNamespace { get; init; } = MeshConfig.RootNamespace;

    /// <summary>The mesh's settings; empty means the defaults.</summary>
    public JsonObject Mesh { get; set; } = [];

    public JsonObject MeshNetworks { get; private set; } = [];

    public string RootNamespace => Mesh.Str("rootNamespace") is { Length: > 0 } root ? root : MeshConfig.RootNamespace;

    public HostRegistry Hosts => _hosts ??= new(this);

    /// <param name="revision">Istio's objects that name another revision are not this one's business.</param>
    public void AddCluster(ResourceCatalog catalog, StoreSnapshot snapshot, string revision)
    {
        foreach (var resource in catalog.All.DistinctBy(t => t.Resource))
        {
            if (AnalysisKinds.Of(resource.Group, resource.Kind) is not { } kind) continue;
            foreach (var stored in snapshot.List(resource.Resource))
            {
                // Of the many maps only those of the control plane matter.
                if (kind.Key == "ConfigMap" && (stored.Namespace != IstioNamespace || !stored.Name.StartsWith("istio", StringComparison.Ordinal))) continue;
                var o = new AnalysisObject(kind, stored.Parse(), null);
                if (!kind.IsIstio || !o.Labels.TryGetValue("istio.io/rev", out var named) || named == revision) Add(o);
            }
        }
        if (Find("ConfigMap", IstioNamespace, "istio") is not { } map) return;
        Mesh = Settings(map.Object.Str("data", "mesh"));
        MeshNetworks = Settings(map.Object.Str("data", "meshNetworks"));
    }

    /// <summary>An ingress gateway, which files need not bring.</summary>
    public void AddDefaultGateway()
    {
        if (Mesh.Str("ingressControllerMode") == "OFF") return;
        var name = Mesh.Str("ingressService") is { Length: > 0 } service ? service : "istio-ingressgateway";
        var reader = new FileObjects("internal-ingress", IstioNamespace);
        reader.Read($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{{name}}}-dummypod, namespace: {{{IstioNamespace}}}, labels: {istio: ingressgateway}}
            spec: {containers: [{name: istio-proxy}]}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: {{{name}}}, namespace: {{{IstioNamespace}}}}
            spec:
              selector: {istio: ingressgateway}
              ports:
                - {name: http2, port: 80, targetPort: 80, protocol: TCP}
                - {name: https, port: 443, targetPort: 443, protocol: TCP}
                - {name: tcp, port: 31400, targetPort: 31400, protocol: TCP}
                - {name: tls, port: 15443, targetPort: 15443, protocol: TCP}
            """);
        Add(reader.Objects);
    }

    public void Add(IEnumerable<AnalysisObject> objects)
    {
        foreach (var o in objects) Add(o);
    }

    /// <summary>Objects of a kind in the order of their names.</summary>
    public IReadOnlyList<AnalysisObject> Of(string type) => _lists.TryGetValue(type, out var known) ? known : _lists[type] =
        [.. _objects.Values.Where(o => o.Type.Key == type).OrderBy(o => o.Namespace, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal)];

    public AnalysisObject? Find(string type, string @namespace, string name) => _objects.GetValueOrDefault((type, @namespace, name));

    public IEnumerable<AnalysisObject> PodsIn(string @namespace) => (_pods ??= Of("Pod").ToLookup(p => p.Namespace))[@namespace];

    /// <summary>Reads settings of the mesh; what is no YAML counts as not there.</summary>
    public static JsonObject Settings(string? text)
    {
        try
        {
            return YamlReader.ReadAll(text ?? "").FirstOrDefault() as JsonObject ?? [];
        }
        catch (Exception e) when (e is YamlDotNet.Core.YamlException or FormatException or ArgumentException)
        {
            return [];
        }
    }

    private void Add(AnalysisObject o)
    {
        if (!_excluded.Contains(o.Scope)) _objects[(o.Type.Key, o.Namespace, o.Name)] = o;
    }
}
