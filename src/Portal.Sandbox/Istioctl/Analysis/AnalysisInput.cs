using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Validation;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <param name="Reference">File and line, for an object of a file; null for one of the cluster.</param>
internal sealed record AnalysisObject(string Kind, JsonObject Object, string? Reference)
{
    public string Name { get; } = Object.Str("metadata", "name") ?? "";
    public string Namespace { get; } = Object.Str("metadata", "namespace") ?? "";
    public JsonObject Spec { get; } = Object.Obj("spec") ?? [];
    public string Origin => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}

/// <summary>What is analysed: the cluster's objects, overlaid by those of files.</summary>
internal sealed class AnalysisInput
{
    private static readonly HashSet<string> s_kinds = ["Namespace", "Service", "Pod", "Deployment", "Secret", "ConfigMap", .. MeshValidation.Kinds];

    private readonly Dictionary<(string Kind, string Namespace, string Name), AnalysisObject> _objects = [];

    /// <param name="snapshot">The cluster; null with <c>--use-kube=false</c>.</param>
    public AnalysisInput(ResourceCatalog catalog, StoreSnapshot? snapshot)
    {
        if (snapshot is null) return;
        foreach (var resource in catalog.All.Where(t => s_kinds.Contains(t.Kind) && (t.Group is "" or "apps" || t.Group.EndsWith(".istio.io", StringComparison.Ordinal))).DistinctBy(t => t.Resource))
        {
            foreach (var o in snapshot.List(resource.Resource)) Add(new(resource.Kind, o.Parse(), null));
        }
    }

    public IEnumerable<AnalysisObject> Of(string kind) => _objects.Values.Where(o => o.Kind == kind).OrderBy(o => o.Namespace, StringComparer.Ordinal).ThenBy(o => o.Name, StringComparer.Ordinal);

    public AnalysisObject? Find(string kind, string @namespace, string name) => _objects.GetValueOrDefault((kind, @namespace, name));

    /// <summary>Reads the documents of a file.</summary>
    /// <exception cref="YamlDotNet.Core.YamlException">The file is not YAML.</exception>
    public void AddFile(string name, string text, string defaultNamespace)
    {
        var line = 1;
        foreach (var part in text.ReplaceLineEndings("\n").Split("\n---"))
        {
            var blank = part.TakeWhile(char.IsWhiteSpace).Count(c => c == '\n');
            foreach (var document in YamlReader.ReadAll(part).OfType<JsonObject>())
            {
                var kind = document.Str("kind") ?? "";
                if (!s_kinds.Contains(kind)) continue;
                if (kind != "Namespace") document.Ensure("metadata").Default("namespace", defaultNamespace);
                Add(new(kind, document, $"{name}:{line + blank}"));
            }
            line += part.Count(c => c == '\n') + 1;
        }
    }

    /// <summary>Whether something in the mesh answers to a host: a service or a ServiceEntry.</summary>
    public bool HasHost(string host) => Services(host).Any() || Of("ServiceEntry").Any(e => e.Spec.Strings("hosts").Any(h => MeshConfig.HostMatches(h, host) || MeshConfig.HostMatches(host, h)));

    /// <summary>The services of a full host name, which may be a wildcard.</summary>
    public IEnumerable<AnalysisObject> Services(string host) => Of("Service").Where(s => MeshConfig.HostMatches(host, HostOf(s)));

    public static string HostOf(AnalysisObject service) => $"{service.Name}.{service.Namespace}.svc.cluster.local";

    /// <summary>Whether a namespace's pods get a sidecar.</summary>
    public bool IsInjected(string @namespace)
    {
        var labels = Find("Namespace", "", @namespace)?.Object.Map("metadata", "labels") ?? JsonExtensions.EmptyMap;
        return labels.GetValueOrDefault("istio-injection") == "enabled" || (labels.ContainsKey("istio.io/rev") && !labels.ContainsKey("istio-injection"));
    }

    private void Add(AnalysisObject o) => _objects[(o.Kind, o.Namespace, o.Name)] = o;
}
