using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>
/// Deletes what lost its owner, and carries out foreground and orphan deletion. Knows the dependents of each owner from
/// the changes, so a deletion reads only what belongs to it. Items are owner UIDs and names of dependents.
/// </summary>
internal sealed class GarbageCollector : IController
{
    private const string OwnerKey = "uid:";
    private const string DependentKey = "dependent:";

    private static readonly WriteOptions s_options = WriteOptions.Controller("garbage-collector");

    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<(string Resource, ObjectName Name)>> _dependents = new(StringComparer.Ordinal);

    /// <summary>Owners that wait for their dependents.</summary>
    private readonly Dictionary<string, (string Resource, ObjectName Name)> _deleting = new(StringComparer.Ordinal);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        var o = change.Object;
        var name = new ObjectName(o.Namespace, o.Name);
        lock (_gate)
        {
            foreach (var owner in change.Previous?.Owners ?? [])
                if ((change.Type == StoreEventType.Deleted || !o.Owners.Contains(owner)) && _dependents.TryGetValue(owner, out var set) && set.Remove((change.Resource, name)) && set.Count == 0) _dependents.Remove(owner);
            if (change.Type == StoreEventType.Deleted)
            {
                _deleting.Remove(o.Uid);
                if (_dependents.ContainsKey(o.Uid)) enqueue(new(OwnerKey, o.Uid));
                // A dependent that goes may let its owner finish a foreground deletion.
                foreach (var owner in o.Owners) if (_deleting.ContainsKey(owner)) enqueue(new(OwnerKey, owner));
                return;
            }
            foreach (var owner in o.Owners)
            {
                if (!_dependents.TryGetValue(owner, out var set)) _dependents[owner] = set = [];
                if (set.Add((change.Resource, name))) enqueue(new(DependentKey + change.Resource, $"{o.Namespace}/{o.Name}"));
            }
            if (!o.IsDeleting) return;
            _deleting[o.Uid] = (change.Resource, name);
            enqueue(new(OwnerKey, o.Uid));
        }
    }

    public void Reset()
    {
        lock (_gate)
        {
            _dependents.Clear();
            _deleting.Clear();
        }
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (name.Namespace != OwnerKey)
        {
            CheckOwners(cluster, name.Namespace[DependentKey.Length..], name.Name);
            return;
        }
        var uid = name.Name;
        (string Resource, ObjectName Name)? place;
        lock (_gate) place = _deleting.TryGetValue(uid, out var found) ? found : null;
        var owner = place is var (r, n) ? cluster.Store.Snapshot.Find(r, n.Namespace, n.Name) : null;
        if (owner is null || owner.Uid != uid)
        {
            foreach (var (resource, o) in Dependents(cluster, uid)) Drop(cluster, resource, o, uid, "Background");
            return;
        }
        var finalizers = owner.Parse().Strings("metadata", "finalizers").ToList();
        if (finalizers.Contains("orphan"))
        {
            foreach (var (resource, o) in Dependents(cluster, uid)) Disown(cluster, resource, o, uid);
            RemoveFinalizer(cluster, place!.Value.Resource, owner, "orphan");
        }
        else if (finalizers.Contains("foregroundDeletion"))
        {
            // Dependents that do not block their owner are deleted too, but not waited for.
            var blocking = false;
            foreach (var (resource, o) in Dependents(cluster, uid))
            {
                var blocks = o.Parse().Objects("metadata", "ownerReferences").Any(x => x.Str("uid") == uid && x.Flag("blockOwnerDeletion") == true);
                Drop(cluster, resource, o, uid, "Foreground");
                blocking |= blocks && cluster.Store.Snapshot.Find(resource, o.Namespace, o.Name) is { } left && left.Owners.Contains(uid);
            }
            if (!blocking) RemoveFinalizer(cluster, place!.Value.Resource, owner, "foregroundDeletion");
        }
    }

    private List<(string Resource, StoredObject Object)> Dependents(SandboxCluster cluster, string uid)
    {
        List<(string Resource, ObjectName Name)> names;
        lock (_gate) names = _dependents.TryGetValue(uid, out var set) ? [.. set] : [];
        var snapshot = cluster.Store.Snapshot;
        return [.. names.Select(n => (n.Resource, Object: snapshot.Find(n.Resource, n.Name.Namespace, n.Name.Name))).Where(d => d.Object?.Owners.Contains(uid) == true).Select(d => (d.Resource, d.Object!))];
    }

    /// <summary>An object whose owners are all gone (or never were) goes too.</summary>
    private static void CheckOwners(SandboxCluster cluster, string resource, string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (cluster.Store.Snapshot.Find(resource, path[..slash], path[(slash + 1)..]) is not { IsDeleting: false } stored) return;
        foreach (var reference in stored.Parse().Objects("metadata", "ownerReferences"))
        {
            // A kind that the cluster does not know cannot be asked for.
            if (cluster.Catalog.FindKind(reference.Str("apiVersion") ?? "", reference.Str("kind") ?? "") is not { } type) return;
            if (cluster.Store.Snapshot.Find(type.Resource, type.Namespaced ? stored.Namespace : "", reference.Str("name") ?? "")?.Uid == reference.Str("uid")) return;
        }
        if (stored.Owners.Count > 0 && cluster.Catalog.FindResource(resource) is { } own) cluster.Operations.Delete(own, stored.Namespace, stored.Name, DeleteOptions.Background);
    }

    private static void Drop(SandboxCluster cluster, string resource, StoredObject o, string uid, string policy)
    {
        if (o.Owners.Count > 1) Disown(cluster, resource, o, uid);
        else if (!o.IsDeleting && cluster.Catalog.FindResource(resource) is { } type) cluster.Operations.Delete(type, o.Namespace, o.Name, new DeleteOptions { PropagationPolicy = policy });
    }

    private static void Disown(SandboxCluster cluster, string resource, StoredObject o, string uid) => Change(cluster, resource, o, meta =>
    {
        if (meta["ownerReferences"] is not JsonArray references) return;
        for (var i = references.Count - 1; i >= 0; i--) if (references[i].Str("uid") == uid) references.RemoveAt(i);
        if (references.Count == 0) meta.Remove("ownerReferences");
    });

    private static void RemoveFinalizer(SandboxCluster cluster, string resource, StoredObject o, string finalizer) => Change(cluster, resource, o, meta =>
    {
        if (meta["finalizers"] is not JsonArray list) return;
        for (var i = list.Count - 1; i >= 0; i--) if (list[i].Str() == finalizer) list.RemoveAt(i);
    });

    private static void Change(SandboxCluster cluster, string resource, StoredObject o, Action<JsonObject> change)
    {
        if (cluster.Catalog.FindResource(resource) is not { } type) return;
        cluster.Operations.Update(type, o.Namespace, o.Name, "", obj =>
        {
            change(obj.Ensure("metadata"));
            return obj;
        }, s_options);
    }
}
