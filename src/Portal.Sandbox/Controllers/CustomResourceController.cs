using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Accepts CustomResourceDefinitions and serves their resources.</summary>
internal sealed class CustomResourceController : IController
{
    private const string Resource = "customresourcedefinitions.apiextensions.k8s.io";

    /// <summary>
    /// Definitions are compiled once for all clusters: a hundred clusters with the same definitions share their types. Weak, so
    /// that what learners make up goes with their clusters.
    /// </summary>
    private static readonly ConcurrentDictionary<string, WeakReference<IReadOnlyList<ResourceType>>> s_compiled = new(StringComparer.Ordinal);

    private readonly Dictionary<string, (long ResourceVersion, IReadOnlyList<ResourceType> Types)> _types = new(StringComparer.Ordinal);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == Resource) enqueue(new("", change.Object.Name));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var alive = cluster.Store.Snapshot.List(Resource).Where(d => !d.IsDeleting).ToList();
        var known = alive.Select(d => d.Name).ToHashSet();
        var before = _types.Values.Select(t => t.Types).ToHashSet(ReferenceEqualityComparer.Instance);
        foreach (var gone in _types.Keys.Where(k => !known.Contains(k)).ToList()) _types.Remove(gone);
        foreach (var d in alive)
        {
            if (_types.TryGetValue(d.Name, out var compiled) && compiled.ResourceVersion == d.ResourceVersion) continue;
            var definition = d.Parse();
            _types[d.Name] = (d.ResourceVersion, Compile(definition));
        }
        // A new catalogue makes clients read discovery and OpenAPI again.
        if (!before.SetEquals(_types.Values.Select(t => t.Types))) cluster.Catalog.SetCustom(_types.Values.SelectMany(t => t.Types));
        if (cluster.Store.Snapshot.Find(Resource, "", name.Name) is { IsDeleting: false } changed && changed.Parse() is var asked
            && !asked.Objects("status", "conditions").Any(c => c.Str("type") == "Established" && c.Str("status") == "True")) Establish(cluster, asked);
        // What a definition that is gone had defined goes with it.
        foreach (var resource in cluster.Store.Snapshot.Resources.Keys)
        {
            if (known.Contains(resource) || BuiltInResources.All.Any(b => b.Resource == resource) || !resource.Contains('.', StringComparison.Ordinal)) continue;
            foreach (var o in cluster.Store.Snapshot.List(resource))
                cluster.Store.Write(tx => tx.Snapshot.Find(resource, o.Namespace, o.Name) is { } e ? tx.Delete(resource, e) : null);
        }
    }

    private static void Establish(SandboxCluster cluster, JsonObject definition)
    {
        var now = cluster.Operations.Now;
        JsonObject Condition(string type, string reason, string message) => new() { ["type"] = type, ["status"] = "True", ["lastTransitionTime"] = now, ["reason"] = reason, ["message"] = message };
        cluster.Operations.Update(BuiltInResources.CustomResourceDefinitions, "", definition.Str("metadata", "name")!, "status", o =>
        {
            o["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(Condition("NamesAccepted", "NoConflicts", "no conflicts found"), Condition("Established", "InitialNamesAccepted", "the initial names have been accepted")),
                ["acceptedNames"] = o.At("spec", "names")?.DeepClone(),
                ["storedVersions"] = new JsonArray(o.Objects("spec", "versions").Where(v => v.Flag("storage") == true).Select(v => (JsonNode?)v.Str("name")).ToArray()),
            };
            return o;
        }, WriteOptions.Controller("apiextensions"));
    }

    private static IEnumerable<ResourceType> Types(JsonObject definition)
    {
        var spec = definition.Obj("spec")!;
        var names = spec.Obj("names");
        var storage = spec.Objects("versions").FirstOrDefault(v => v.Flag("storage") == true).Str("name") ?? "";
        foreach (var version in spec.Objects("versions").Where(v => v.Flag("served") != false))
        {
            var kind = names.Str("kind") ?? "";
            var schema = version.Obj("schema", "openAPIV3Schema");
            yield return new()
            {
                Group = spec.Str("group") ?? "",
                Version = version.Str("name") ?? "",
                Kind = kind,
                Plural = names.Str("plural") ?? "",
                Singular = names.Str("singular") ?? kind.ToLowerInvariant(),
                Namespaced = spec.Str("scope") != "Cluster",
                ShortNames = [.. names.Strings("shortNames")],
                Categories = [.. names.Strings("categories")],
                HasStatus = version.Obj("subresources", "status") is not null,
                HasScale = version.Obj("subresources", "scale") is not null,
                Schema = StructuralSchema.Compile(schema, kind),
                Printer = TablePrinters.Custom([.. version.Objects("additionalPrinterColumns")]),
                Custom = new(definition.Str("metadata", "name") ?? "", storage, version.Str("subresources", "scale", "specReplicasPath"), version.Str("subresources", "scale", "statusReplicasPath"), version.Str("subresources", "scale", "labelSelectorPath")),
            };
        }
    }

    private static IReadOnlyList<ResourceType> Compile(JsonObject definition)
    {
        var key = Convert.ToHexString(SHA256.HashData(definition["spec"]?.ToUtf8() ?? []));
        if (s_compiled.TryGetValue(key, out var weak) && weak.TryGetTarget(out var shared)) return shared;
        foreach (var (stale, reference) in s_compiled)
        {
            if (!reference.TryGetTarget(out _)) s_compiled.TryRemove(stale, out _);
        }
        IReadOnlyList<ResourceType> types = [.. Types(definition)];
        s_compiled[key] = new(types);
        return types;
    }
}
