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

    // Changed by looks, read by writers.
    private readonly ConcurrentDictionary<string, (long ResourceVersion, IReadOnlyList<ResourceType> Types)> _types =
        new(StringComparer.Ordinal);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == Resource) enqueue(new("", change.Object.Name));
        // A definition that is going waits for the last of its objects.
        else if (change.Type == StoreEventType.Deleted && _types.ContainsKey(change.Resource)) enqueue(new("", change.Resource));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (name.Name is null)
        {
            // A cluster that starts from a checkpoint: everything may be new.
            Serve(cluster, null);
            foreach (var each in cluster.Store.Snapshot.List(Resource).ToList()) Reconcile(new("", each.Name), context);
            return;
        }
        var definition = cluster.Store.Snapshot.Find(Resource, "", name.Name);
        var status = definition is { IsDeleting: false } ? CustomResourceNames.Accept(definition.Parse(), cluster) : null;
        Serve(cluster, status is not null && CustomResourceNames.IsEstablished(status) ? definition : null);
        if (status is not null) CustomResourceNames.Write(cluster, name.Name, status);
        if (definition is { IsDeleting: true }) Finish(cluster, definition);
        if (definition is not null && status is null) return;
        // A name may have become free for another definition.
        var group = name.Name[(name.Name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        foreach (var other in cluster.Store.Snapshot.List(Resource))
        {
            if (other.Name == name.Name || other.IsDeleting || !other.Name.EndsWith("." + group, StringComparison.Ordinal) || other.Parse() is not { } waiting) continue;
            if (waiting.Str("spec", "group") != group || CustomResourceNames.Accept(waiting, cluster) is not { } accepted) continue;
            Serve(cluster, CustomResourceNames.IsEstablished(accepted) ? other : null);
            CustomResourceNames.Write(cluster, other.Name, accepted);
        }
    }

    /// <summary>Makes the catalogue from the established definitions; one that is about to be is served before its status says so.</summary>
    private void Serve(SandboxCluster cluster, StoredObject? establishing)
    {
        var before = _types.Values.Select(t => t.Types).ToHashSet(ReferenceEqualityComparer.Instance);
        var all = cluster.Store.Snapshot.List(Resource).ToList();
        var known = all.Select(d => d.Name).ToHashSet();
        foreach (var gone in _types.Keys.Where(k => !known.Contains(k)).ToList()) _types.TryRemove(gone, out _);
        foreach (var d in all)
        {
            if (_types.TryGetValue(d.Name, out var compiled) && compiled.ResourceVersion == d.ResourceVersion) continue;
            var definition = d.Parse();
            if (d == establishing || CustomResourceNames.IsEstablished(definition.Obj("status"))) _types[d.Name] = (d.ResourceVersion, Compile(definition));
        }
        // A new catalogue makes clients read discovery and OpenAPI again.
        if (!before.SetEquals(_types.Values.Select(t => t.Types))) cluster.Catalog.SetCustom(_types.Values.SelectMany(t => t.Types));
        // What a definition that is gone had defined goes with it.
        foreach (var resource in cluster.Store.Snapshot.Resources.Keys)
        {
            if (known.Contains(resource) || BuiltInResources.All.Any(b => b.Resource == resource) || !resource.Contains('.', StringComparison.Ordinal)) continue;
            foreach (var o in cluster.Store.Snapshot.List(resource))
                cluster.Store.Write(tx => tx.Snapshot.Find(resource, o.Namespace, o.Name) is { } e ? tx.Delete(resource, e) : null);
        }
    }

    /// <summary>Deletes what a definition defined, and the definition when nothing is left.</summary>
    private void Finish(SandboxCluster cluster, StoredObject definition)
    {
        if (!definition.Parse().Strings("metadata", "finalizers").Contains(CustomResourceNames.Finalizer)) return;
        if (_types.TryGetValue(definition.Name, out var served) && served.Types.Count > 0)
        {
            foreach (var o in cluster.Store.Snapshot.List(definition.Name).Where(o => !o.IsDeleting).ToList()) cluster.Operations.Delete(served.Types[0], o.Namespace, o.Name, DeleteOptions.Background);
        }
        if (cluster.Store.Snapshot.List(definition.Name).Any()) return;
        cluster.Operations.Update(BuiltInResources.CustomResourceDefinitions, "", definition.Name, "", o =>
        {
            o.Ensure("metadata")["finalizers"] = new JsonArray([.. o.Strings("metadata", "finalizers").Where(f => f != CustomResourceNames.Finalizer).Select(f => (JsonNode)f)]);
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
                Custom = new(definition.Str("metadata", "name") ?? "", storage, version.Str("subresources", "scale", "specReplicasPath"), version.Str("subresources", "scale", "statusReplicasPath"), version.Str("subresources", "scale", "labelSelectorPath"),
                    [.. version.Objects("selectableFields").Select(f => f.Str("jsonPath")?.TrimStart('.')).OfType<string>()]),
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
