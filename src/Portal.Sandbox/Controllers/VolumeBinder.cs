using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Binds claims to volumes, makes volumes for claims as the cluster's provisioner would, and takes them back.</summary>
internal sealed class VolumeBinder : IController
{
    private const string Component = "persistentvolume-controller";
    private const string Provisioner = "rancher.io/local-path";
    private const string ClaimProtection = "kubernetes.io/pvc-protection";
    private const string VolumeProtection = "kubernetes.io/pv-protection";

    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);
    private static readonly ResourceType s_claims = BuiltInResources.Get("persistentvolumeclaims");
    private static readonly ResourceType s_volumes = BuiltInResources.Get("persistentvolumes");

    /// <summary>Claims without a volume: any new volume or class may be theirs.</summary>
    private readonly HashSet<ObjectName> _pending = [];

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        switch (change.Resource)
        {
            case "persistentvolumeclaims":
                enqueue(new(change.Object.Namespace, change.Object.Name));
                if (change.Type == StoreEventType.Deleted) foreach (var v in Volumes(change.Object)) enqueue(new("", v));
                break;
            case "persistentvolumes":
                enqueue(new("", change.Object.Name));
                Pending();
                break;
            case "storageclasses.storage.k8s.io": Pending(); break;
            // A claim that is in use by no pod any more may go.
            case "pods" when change.Type == StoreEventType.Deleted || change.Object.Phase is "Succeeded" or "Failed":
                foreach (var claim in VolumeScheduling.Claims(change.Object.Parse())) enqueue(new(change.Object.Namespace, claim));
                break;
        }

        void Pending()
        {
            lock (_pending) foreach (var claim in _pending) enqueue(claim);
        }
    }

    private static IEnumerable<string> Volumes(StoredObject claim) => claim.Parse().Str("spec", "volumeName") is { Length: > 0 } name ? [name] : [];

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (name.Namespace.Length == 0)
        {
            SyncVolume(cluster, name.Name);
            return;
        }
        lock (_pending) _pending.Remove(name);
        if (cluster.Store.Snapshot.Find("persistentvolumeclaims", name.Namespace, name.Name) is not { } stored) return;
        var claim = stored.Parse();
        if (stored.IsDeleting)
        {
            var used = cluster.Store.Snapshot.List("pods", name.Namespace).Any(p => p.Phase is not ("Succeeded" or "Failed") && VolumeScheduling.Claims(p.Parse()).Contains(name.Name));
            if (!used && claim.Strings("metadata", "finalizers").Contains(ClaimProtection)) DropFinalizer(cluster, s_claims, name, ClaimProtection);
            return;
        }
        if (VolumeScheduling.IsBound(claim))
        {
            if (cluster.Store.Snapshot.Find("persistentvolumes", "", claim.Str("spec", "volumeName")!) is null) Lose(cluster, name, claim);
            return;
        }
        lock (_pending) _pending.Add(name);
        Bind(cluster, name, claim);
    }

    /// <summary>The volumes that a claim could have, the best first.</summary>
    public static IEnumerable<JsonObject> Matching(StoreSnapshot snapshot, JsonObject claim)
    {
        var wanted = ResourceAmount.Parse(claim.Str("spec", "resources", "requests", "storage"));
        var (ns, name) = (claim.Str("metadata", "namespace"), claim.Str("metadata", "name"));
        return snapshot.List("persistentvolumes").Where(v => !v.IsDeleting).Select(v => v.Parse()).Where(v =>
        {
            if (v.Str("status", "phase") is "Released" or "Failed") return false;
            if (v.Obj("spec", "claimRef") is { } taken && (taken.Str("namespace") != ns || taken.Str("name") != name || (taken.Str("uid") is { Length: > 0 } uid && uid != claim.Str("metadata", "uid")))) return false;
            if (claim.Str("spec", "volumeName") is { Length: > 0 } asked) return v.Str("metadata", "name") == asked;
            return (v.Str("spec", "storageClassName") ?? "") == (claim.Str("spec", "storageClassName") ?? "")
                && claim.Strings("spec", "accessModes").All(m => v.Strings("spec", "accessModes").Contains(m))
                && (v.Str("spec", "volumeMode") ?? "Filesystem") == (claim.Str("spec", "volumeMode") ?? "Filesystem")
                && ResourceAmount.Parse(v.Str("spec", "capacity", "storage")) >= wanted
                && (claim.Obj("spec", "selector") is not { } selector || Selectors.Matches(selector, v.Map("metadata", "labels")));
        }).OrderByDescending(v => v.Obj("spec", "claimRef") is not null).ThenBy(v => ResourceAmount.Parse(v.Str("spec", "capacity", "storage"))).ThenBy(v => v.Str("metadata", "name"), StringComparer.Ordinal);
    }

    private static void Bind(SandboxCluster cluster, ObjectName name, JsonObject claim)
    {
        var snapshot = cluster.Store.Snapshot;
        var delayed = VolumeScheduling.Waits(snapshot, claim);
        var node = VolumeScheduling.NodeOf(claim);
        var volume = delayed && node is null && claim.Str("spec", "volumeName") is null or "" && !Matching(snapshot, claim).Any(v => v.Obj("spec", "claimRef") is not null) ? null : Matching(snapshot, claim).FirstOrDefault();
        if (volume is not null)
        {
            Join(cluster, name, claim, volume);
            return;
        }
        if (claim.Str("spec", "volumeName") is { Length: > 0 }) return;
        void Event(string type, string reason, string message, string component = Component) => EventRecorder.Record(cluster.Operations, claim, type, reason, message, component);
        if (delayed && node is null)
        {
            Event("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
            return;
        }
        if (claim.Str("spec", "storageClassName") is not { Length: > 0 } className)
        {
            Event("Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
            return;
        }
        if (snapshot.Find("storageclasses.storage.k8s.io", "", className)?.Parse() is not { } storageClass)
        {
            Event("Warning", "ProvisioningFailed", $"storageclass.storage.k8s.io \"{className}\" not found");
            return;
        }
        var provisioner = storageClass.Str("provisioner") ?? "";
        if (provisioner == "kubernetes.io/no-provisioner") return;
        cluster.Operations.Update(s_claims, name.Namespace, name.Name, "", o =>
        {
            o.Ensure("metadata").Ensure("annotations")["volume.beta.kubernetes.io/storage-provisioner"] = provisioner;
            o.Ensure("metadata").Ensure("annotations")["volume.kubernetes.io/storage-provisioner"] = provisioner;
            return o;
        }, s_options);
        Event("Normal", "ExternalProvisioning", $"Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.");
        if (provisioner != Provisioner) return;
        var from = $"{Provisioner}_local-path-provisioner";
        Event("Normal", "Provisioning", $"External provisioner is provisioning volume for claim \"{name.Namespace}/{name.Name}\"", from);
        if (!claim.Strings("spec", "accessModes").All(m => m is "ReadWriteOnce" or "ReadWriteOncePod"))
        {
            Event("Warning", "ProvisioningFailed", $"failed to provision volume with StorageClass \"{className}\": NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes", from);
            return;
        }
        var made = Provision(cluster, claim, storageClass, node ?? "sandbox-worker");
        Event("Normal", "ProvisioningSucceeded", $"Successfully provisioned volume {made.Str("metadata", "name")}", from);
        Join(cluster, name, claim, made);
    }

    private static JsonObject Provision(SandboxCluster cluster, JsonObject claim, JsonObject storageClass, string node)
    {
        var uid = claim.Str("metadata", "uid")!;
        return cluster.Operations.Create(s_volumes, "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "pvc-" + uid, ["annotations"] = new JsonObject { ["local.path.provisioner/selected-node"] = node, ["pv.kubernetes.io/provisioned-by"] = Provisioner }, ["finalizers"] = new JsonArray(VolumeProtection) },
            ["spec"] = new JsonObject
            {
                ["accessModes"] = claim.At("spec", "accessModes")?.DeepClone(),
                ["capacity"] = new JsonObject { ["storage"] = claim.Str("spec", "resources", "requests", "storage") },
                ["claimRef"] = Reference(claim),
                ["hostPath"] = new JsonObject { ["path"] = $"/var/local-path-provisioner/pvc-{uid}_{claim.Str("metadata", "namespace")}_{claim.Str("metadata", "name")}", ["type"] = "DirectoryOrCreate" },
                ["nodeAffinity"] = new JsonObject
                {
                    ["required"] = new JsonObject { ["nodeSelectorTerms"] = new JsonArray(new JsonObject { ["matchExpressions"] = new JsonArray(new JsonObject { ["key"] = "kubernetes.io/hostname", ["operator"] = "In", ["values"] = new JsonArray(node) }) }) },
                },
                ["persistentVolumeReclaimPolicy"] = storageClass.Str("reclaimPolicy") ?? "Delete",
                ["storageClassName"] = storageClass.Str("metadata", "name"),
                ["volumeMode"] = claim.Str("spec", "volumeMode") ?? "Filesystem",
            },
        }, WriteOptions.Controller(Provisioner));
    }

    private static JsonObject Reference(JsonObject claim) => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "PersistentVolumeClaim", ["name"] = claim.Str("metadata", "name"), ["namespace"] = claim.Str("metadata", "namespace"),
        ["resourceVersion"] = claim.Str("metadata", "resourceVersion"), ["uid"] = claim.Str("metadata", "uid"),
    };

    private static void Join(SandboxCluster cluster, ObjectName name, JsonObject claim, JsonObject volume)
    {
        var volumeName = volume.Str("metadata", "name")!;
        if (volume.Str("spec", "claimRef", "uid") != claim.Str("metadata", "uid"))
        {
            cluster.Operations.Update(s_volumes, "", volumeName, "", o =>
            {
                o.Ensure("spec")["claimRef"] = Reference(claim);
                o.Ensure("metadata").Ensure("annotations")["pv.kubernetes.io/bound-by-controller"] = "yes";
                return o;
            }, s_options);
        }
        SetPhase(cluster, s_volumes, new("", volumeName), "Bound");
        cluster.Operations.Update(s_claims, name.Namespace, name.Name, "", o =>
        {
            o.Ensure("spec")["volumeName"] = volumeName;
            o.Ensure("metadata").Ensure("annotations")["pv.kubernetes.io/bind-completed"] = "yes";
            o.Ensure("metadata").Ensure("annotations")["pv.kubernetes.io/bound-by-controller"] = "yes";
            return o;
        }, s_options);
        cluster.Operations.Update(s_claims, name.Namespace, name.Name, "status", o =>
        {
            o["status"] = new JsonObject { ["accessModes"] = volume.At("spec", "accessModes")?.DeepClone(), ["capacity"] = volume.At("spec", "capacity")?.DeepClone(), ["phase"] = "Bound" };
            return o;
        }, s_options);
    }

    private static void Lose(SandboxCluster cluster, ObjectName name, JsonObject claim)
    {
        SetPhase(cluster, s_claims, name, "Lost");
        EventRecorder.Record(cluster.Operations, claim, "Warning", "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!", Component);
    }

    private static void SyncVolume(SandboxCluster cluster, string name)
    {
        var snapshot = cluster.Store.Snapshot;
        if (snapshot.Find("persistentvolumes", "", name) is not { } stored)
        {
            foreach (var c in snapshot.List("persistentvolumeclaims").Select(c => c.Parse()).Where(c => c.Str("spec", "volumeName") == name && c.Str("status", "phase") == "Bound"))
                Lose(cluster, new(c.Str("metadata", "namespace")!, c.Str("metadata", "name")!), c);
            return;
        }
        var volume = stored.Parse();
        var reference = volume.Obj("spec", "claimRef");
        var claim = reference is null ? null : snapshot.Find("persistentvolumeclaims", reference.Str("namespace") ?? "", reference.Str("name") ?? "");
        var bound = claim is not null && (reference.Str("uid") is null or "" || claim.Uid == reference.Str("uid"));
        if (stored.IsDeleting)
        {
            if (!bound && volume.Strings("metadata", "finalizers").Contains(VolumeProtection)) DropFinalizer(cluster, s_volumes, new("", name), VolumeProtection);
            return;
        }
        if (reference is null || reference.Str("uid") is null or "") SetPhase(cluster, s_volumes, new("", name), "Available");
        else if (!bound)
        {
            SetPhase(cluster, s_volumes, new("", name), "Released");
            if (volume.Str("spec", "persistentVolumeReclaimPolicy") != "Delete") return;
            if (volume.Str("metadata", "annotations", "pv.kubernetes.io/provisioned-by") == Provisioner)
            {
                cluster.Operations.Delete(s_volumes, "", name, DeleteOptions.Background);
                return;
            }
            SetPhase(cluster, s_volumes, new("", name), "Failed");
            EventRecorder.Record(cluster.Operations, volume, "Warning", "VolumeFailedDelete", "error getting deleter volume plugin for volume \"" + name + "\": no deletable volume plugin matched", Component);
        }
    }

    private static void SetPhase(SandboxCluster cluster, ResourceType type, ObjectName name, string phase) => cluster.Operations.Update(type, name.Namespace, name.Name, "status", o =>
    {
        o.Ensure("status")["phase"] = phase;
        if (type == s_volumes && o.Str("status", "lastPhaseTransitionTime") is null) o.Ensure("status")["lastPhaseTransitionTime"] = cluster.Operations.Now;
        return o;
    }, s_options);

    private static void DropFinalizer(SandboxCluster cluster, ResourceType type, ObjectName name, string finalizer) => cluster.Operations.Update(type, name.Namespace, name.Name, "", o =>
    {
        o.Ensure("metadata")["finalizers"] = new JsonArray([.. o.Strings("metadata", "finalizers").Where(f => f != finalizer).Select(f => (JsonNode)f)]);
        return o;
    }, s_options);
}
