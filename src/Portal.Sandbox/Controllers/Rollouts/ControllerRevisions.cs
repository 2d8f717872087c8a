using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>The history of templates of StatefulSets and DaemonSets, from which a rollout can be undone.</summary>
internal static class ControllerRevisions
{
    private const string Resource = "controllerrevisions.apps";
    private static readonly ResourceType s_type = BuiltInResources.Get(Resource);

    /// <summary>Makes sure that the set's template has a revision, and that it is the newest.</summary>
    /// <param name="live">Revisions that pods still have; they are kept whatever the limit says.</param>
    /// <returns>The revision's hash; its name is the set's name, a dash and the hash.</returns>
    public static string Sync(SandboxCluster cluster, ResourceType type, JsonObject set, IReadOnlySet<string> live)
    {
        var (ns, name, uid) = (set.Str("metadata", "namespace")!, set.Str("metadata", "name")!, set.Str("metadata", "uid")!);
        var options = WriteOptions.Controller(type.Singular + "-controller");
        var template = set.Obj("spec", "template")!.Copy();
        template["$patch"] = "replace";
        var data = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } };
        var hash = OwnedObjects.TemplateHash(set.Obj("spec", "template")!, set.Int(0, "status", "collisionCount"));
        var history = OwnedObjects.OwnedBy(cluster.Store.Snapshot, Resource, ns, uid).Select(r => r.Parse()).OrderBy(r => r.Int(0, "revision")).ToList();
        var newest = history.LastOrDefault().Int(0, "revision");
        var revisionName = $"{name}-{hash}";
        if (history.Find(r => r.Str("metadata", "name") == revisionName) is not { } same)
        {
            var annotations = set.Obj("metadata", "annotations")?.Copy() ?? [];
            annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
            var labels = set.Obj("spec", "template", "metadata", "labels")?.Copy() ?? [];
            labels[type.Kind == "DaemonSet" ? "controller-revision-hash" : "controller.kubernetes.io/hash"] = hash;
            var meta = new JsonObject { ["name"] = revisionName, ["labels"] = labels, ["ownerReferences"] = OwnedObjects.OwnerReference(type, set) };
            if (annotations.Count > 0) meta["annotations"] = annotations;
            history.Add(cluster.Operations.Create(s_type, ns, new JsonObject { ["metadata"] = meta, ["data"] = data, ["revision"] = newest + 1 }, options));
        }
        else if (same.Int(0, "revision") < newest)
        {
            // An earlier template came back: its revision becomes the newest.
            history.Remove(same);
            history.Add(cluster.Operations.Update(s_type, ns, revisionName, "", o =>
            {
                o["revision"] = newest + 1;
                return o;
            }, options));
        }
        var old = history.Where(r => r.Str("metadata", "name") is { } n && n != revisionName && !live.Contains(n)).ToList();
        foreach (var r in old.Take(Math.Max(0, old.Count - set.Int(10, "spec", "revisionHistoryLimit")))) cluster.Operations.Delete(s_type, ns, r.Str("metadata", "name")!, DeleteOptions.Background);
        return hash;
    }
}
