using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>What a pod's claims say about where it may run.</summary>
internal static class VolumeScheduling
{
    private const string SelectedNode = "volume.kubernetes.io/selected-node";

    /// <summary>The claims of a pod by name.</summary>
    public static IEnumerable<string> Claims(JsonObject pod) => pod.Objects("spec", "volumes").Select(v => v.Str("persistentVolumeClaim", "claimName") ?? (v["ephemeral"] is null ? null : $"{pod.Str("metadata", "name")}-{v.Str("name")}")).OfType<string>();

    /// <summary>Why no node can take the pod because of its claims, or null.</summary>
    public static string? Refusal(StoreSnapshot snapshot, JsonObject pod)
    {
        var ns = pod.Str("metadata", "namespace")!;
        foreach (var name in Claims(pod))
        {
            if (snapshot.Find("persistentvolumeclaims", ns, name) is not { } stored) return $"persistentvolumeclaim \"{name}\" not found";
            if (stored.IsDeleting) return $"persistentvolumeclaim \"{name}\" is being deleted";
            var claim = stored.Parse();
            if (claim.Str("status", "phase") == "Lost") return $"persistentvolumeclaim \"{name}\" bound to non-existent persistentvolume \"{claim.Str("spec", "volumeName")}\"";
            if (!IsBound(claim) && !Waits(snapshot, claim)) return "pod has unbound immediate PersistentVolumeClaims";
        }
        return null;
    }

    /// <summary>Whether a node can reach the volumes.</summary>
    public static Refusal? Refusal(StoreSnapshot snapshot, JsonObject pod, NodeFacts node)
    {
        var ns = pod.Str("metadata", "namespace")!;
        foreach (var name in Claims(pod))
        {
            if (snapshot.Find("persistentvolumeclaims", ns, name)?.Parse() is not { } claim) continue;
            if (IsBound(claim))
            {
                var volume = snapshot.Find("persistentvolumes", "", claim.Str("spec", "volumeName")!)?.Parse();
                if (volume.Obj("spec", "nodeAffinity", "required") is { } required && !NodeFilters.MatchesTerms(required, node)) return new("node(s) didn't match PersistentVolume's node affinity");
                continue;
            }
            var provisioner = snapshot.Find("storageclasses.storage.k8s.io", "", claim.Str("spec", "storageClassName") ?? "")?.Parse().Str("provisioner");
            if (provisioner == "kubernetes.io/no-provisioner" && !VolumeBinder.Matching(snapshot, claim).Any(v => v.Obj("spec", "nodeAffinity", "required") is not { } r || NodeFilters.MatchesTerms(r, node)))
                return new("node(s) didn't find available persistent volumes to bind");
        }
        return null;
    }

    /// <summary>Has claims that wait for their first consumer bound for a node.</summary>
    /// <returns>Whether the pod must wait for that.</returns>
    public static bool Prepare(SandboxCluster cluster, JsonObject pod, string node)
    {
        var (waits, ns) = (false, pod.Str("metadata", "namespace")!);
        foreach (var name in Claims(pod))
        {
            if (cluster.Store.Snapshot.Find("persistentvolumeclaims", ns, name)?.Parse() is not { } claim || IsBound(claim)) continue;
            waits = true;
            if (claim.Str("metadata", "annotations", SelectedNode) is not null) continue;
            cluster.Operations.Update(cluster.Catalog.FindResource("persistentvolumeclaims")!, ns, name, "", o =>
            {
                o.Ensure("metadata").Ensure("annotations")[SelectedNode] = node;
                return o;
            }, WriteOptions.Controller("kube-scheduler"));
        }
        return waits;
    }

    public static string? NodeOf(JsonObject claim) => claim.Str("metadata", "annotations", SelectedNode);

    public static bool IsBound(JsonObject claim) => claim.Str("status", "phase") == "Bound" && claim.Str("spec", "volumeName") is { Length: > 0 };

    /// <summary>Whether a claim's class waits for a consumer.</summary>
    public static bool Waits(StoreSnapshot snapshot, JsonObject claim) => claim.Str("spec", "storageClassName") is { Length: > 0 } name
        && snapshot.Find("storageclasses.storage.k8s.io", "", name)?.Parse().Str("volumeBindingMode") == "WaitForFirstConsumer";
}
