using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Deletes what lost its owner, and carries out foreground and orphan deletion. Works on owner UIDs carried in the object name's place.</summary>
internal sealed class GarbageCollector : IController
{
    private const string OwnerKey = "uid:";

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Type == StoreEventType.Deleted || change.Object.IsDeleting) enqueue(new(OwnerKey + change.Resource, change.Object.Uid));
        // A dependent that goes may let its owner finish a foreground deletion.
        if (change.Type == StoreEventType.Deleted) foreach (var owner in change.Object.Owners) enqueue(new(OwnerKey, owner));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var snapshot = cluster.Store.Snapshot;
        var uid = name.Name;
        var (ownerResource, owner) = Find(snapshot, uid);
        var dependents = snapshot.Resources.SelectMany(r => r.Value.Values.Where(o => o.Owners.Contains(uid)).Select(o => (Resource: r.Key, Object: o))).ToList();
        if (owner is null)
        {
            foreach (var (resource, o) in dependents) Drop(cluster, resource, o, uid);
            return;
        }
        if (!owner.IsDeleting) return;
        var finalizers = owner.Parse().Strings("metadata", "finalizers").ToList();
        if (finalizers.Contains("orphan"))
        {
            foreach (var (resource, o) in dependents) Disown(cluster, resource, o, uid);
            RemoveFinalizer(cluster, ownerResource!, owner, "orphan");
        }
        else if (finalizers.Contains("foregroundDeletion"))
        {
            foreach (var (resource, o) in dependents) Drop(cluster, resource, o, uid);
            if (!cluster.Store.Snapshot.Resources.Any(r => r.Value.Values.Any(o => o.Owners.Contains(uid)))) RemoveFinalizer(cluster, ownerResource!, owner, "foregroundDeletion");
        }
    }

    private static (string?, StoredObject?) Find(StoreSnapshot snapshot, string uid)
    {
        foreach (var (resource, objects) in snapshot.Resources)
        {
            foreach (var o in objects.Values) if (o.Uid == uid) return (resource, o);
        }
        return (null, null);
    }

    private static void Drop(SandboxCluster cluster, string resource, StoredObject o, string uid)
    {
        if (o.Owners.Count > 1) Disown(cluster, resource, o, uid);
        else if (!o.IsDeleting && cluster.Catalog.FindResource(resource) is { } type) cluster.Operations.Delete(type, o.Namespace, o.Name, DeleteOptions.Background);
    }

    private static void Disown(SandboxCluster cluster, string resource, StoredObject o, string uid)
    {
        if (cluster.Catalog.FindResource(resource) is not { } type) return;
        cluster.Operations.Update(type, o.Namespace, o.Name, "", obj =>
        {
            if (obj.Arr("metadata", "ownerReferences") is { } references)
                for (var i = references.Count - 1; i >= 0; i--) if (references[i].Str("uid") == uid) references.RemoveAt(i);
            return obj;
        }, WriteOptions.Controller("garbage-collector"));
    }

    private static void RemoveFinalizer(SandboxCluster cluster, string resource, StoredObject o, string finalizer)
    {
        if (cluster.Catalog.FindResource(resource) is not { } type) return;
        cluster.Operations.Update(type, o.Namespace, o.Name, "", obj =>
        {
            if (obj.Arr("metadata", "finalizers") is { } list)
                for (var i = list.Count - 1; i >= 0; i--) if (list[i].Str() == finalizer) list.RemoveAt(i);
            return obj;
        }, WriteOptions.Controller("garbage-collector"));
    }
}
