using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Controllers;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Api;

/// <summary>
/// The write path that HTTP requests and controllers share, in the API server's order: decode, default, mutate, validate,
/// ownership, conflict, store. Every method is atomic with respect to other writers.
/// </summary>
internal sealed class ResourceOperations(ObjectStore store, AdmissionChain admission, TimeProvider time)
{
    private const string NameAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Kinds whose metadata.generation counts changes of the desired state.</summary>
    private static readonly HashSet<string> s_generated = new(StringComparer.Ordinal)
    {
        "deployments.apps", "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "cronjobs.batch", "ingresses.networking.k8s.io",
        "networkpolicies.networking.k8s.io", "poddisruptionbudgets.policy", "replicationcontrollers", "customresourcedefinitions.apiextensions.k8s.io", "priorityclasses.scheduling.k8s.io",
        "mutatingwebhookconfigurations.admissionregistration.k8s.io", "validatingwebhookconfigurations.admissionregistration.k8s.io",
    };

    public ObjectStore Store => store;
    public TimeProvider Time => time;

    public string Now => Timestamp(time.GetUtcNow());

    public static string Timestamp(DateTimeOffset t) => t.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Stores a new object and returns it; the returned object is the caller's.</summary>
    public JsonObject Create(ResourceType type, string @namespace, JsonObject obj, WriteOptions options)
    {
        CreateStored(type, @namespace, obj, options);
        return obj;
    }

    /// <summary>Fills <paramref name="obj"/> and stores it. What needs no other object is done before the writer's lock is taken.</summary>
    /// <returns>What was stored, or in a dry run would have been.</returns>
    public StoredObject CreateStored(ResourceType type, string @namespace, JsonObject obj, WriteOptions options)
    {
        ObjectDecoder.Decode(type, obj, options);
        var meta = obj.Ensure("metadata");
        if (type.Namespaced)
        {
            if (meta.Str("namespace") is { } given && given != @namespace) throw ApiError.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
            meta["namespace"] = @namespace;
        }
        else meta.Remove("namespace");
        if (meta.Str("resourceVersion") is { Length: > 0 }) throw ApiError.BadRequest("resourceVersion should not be set on objects to be created");
        foreach (var field in (ReadOnlySpan<string>)["deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion", "selfLink", "managedFields"]) meta.Remove(field);
        meta["uid"] = Guid.NewGuid().ToString();
        meta["creationTimestamp"] = Now;
        if (HasGeneration(type)) meta["generation"] = 1;
        else meta.Remove("generation");
        if (type.HasStatus && type.Resource is not "customresourcedefinitions.apiextensions.k8s.io") obj.Remove("status");
        if (string.IsNullOrEmpty(meta.Str("name")) && meta.Str("generateName") is { Length: > 0 } prefix) meta["name"] = FreeName(store.Snapshot, type, @namespace, prefix);
        var name = meta.Str("name") ?? "";
        Defaults.Apply(type, obj);
        Defaults.PrepareForCreate(type, obj);
        if (type.Custom is not null) CustomResourceShape.ApplyDefaults(obj, type.Schema);
        ManagedFields.Created(type, obj, options, Now);
        return store.Write(tx =>
        {
            if (type.Namespaced) CheckNamespace(tx.Snapshot, type, @namespace, name);
            if (type.Custom is { } custom && tx.Snapshot.Find("customresourcedefinitions.apiextensions.k8s.io", "", custom.DefinitionName) is { IsDeleting: true })
                throw new ApiException(405, "MethodNotAllowed", "create not allowed while custom resource definition is terminating", new JsonObject { ["group"] = type.Group, ["kind"] = type.Plural });
            admission.Mutate(new(type, obj, null, tx.Snapshot, options));
            PrepareStatus(type, obj);
            if (ObjectValidator.Validate(type, obj, null, "") is { Count: > 0 } errors) throw ApiError.Invalid(type, name, errors);
            admission.Validate(new(type, obj, null, tx.Snapshot, options));
            if (tx.Snapshot.Find(type.Resource, @namespace, name) is not null) throw ApiError.AlreadyExists(type, name);
            Normalize(type, obj);
            return options.DryRun ? new StoredObject(obj, 0) : tx.Put(type.Resource, obj, null);
        });
    }

    /// <summary>
    /// Changes an object. <paramref name="change"/> gets a copy in the requested version and returns the wanted object; it may
    /// throw. With a subresource only that part is taken from the result.
    /// </summary>
    /// <returns>The stored object; unchanged objects keep their resource version.</returns>
    public JsonObject Update(ResourceType type, string @namespace, string name, string subresource, Func<JsonObject, JsonObject> change, WriteOptions options) => store.Write(tx =>
    {
        var existing = tx.Snapshot.Find(type.Resource, @namespace, name) ?? throw ApiError.NotFound(type, name);
        var old = InVersion(type, existing.Parse());
        var next = change(old.Copy());
        ObjectDecoder.Decode(type, next, options);
        var meta = next.Ensure("metadata");
        if (meta.Str("name") is { } n && n != name) throw ApiError.BadRequest($"the name of the object ({n}) does not match the name on the URL ({name})");
        if (meta.Str("resourceVersion") is { Length: > 0 } rv && rv != existing.ResourceVersion.ToString(CultureInfo.InvariantCulture)) throw ApiError.ModifiedConflict(type, name);
        if (meta.Str("uid") is { Length: > 0 } uid && uid != existing.Uid)
            throw ApiError.Conflict(type, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {existing.Uid}");
        next = KeepServerFields(type, old, next, subresource);
        if (subresource != "status")
        {
            Defaults.Apply(type, next);
            if (type.Custom is not null) CustomResourceShape.ApplyDefaults(next, type.Schema);
        }
        // As the API server does, before admission: what admission adds belongs to nobody.
        ManagedFields.Updated(type, old, next, subresource, options, Now);
        admission.Mutate(new(type, next, old, tx.Snapshot, options) { Subresource = subresource });
        if (HasGeneration(type) && subresource != "status" && DesiredStateChanged(type, old, next)) next.Ensure("metadata")["generation"] = (old.Num("metadata", "generation") ?? 0) + 1;
        if (ObjectValidator.Validate(type, next, old, subresource) is { Count: > 0 } errors) throw ApiError.Invalid(type, name, errors);
        admission.Validate(new(type, next, old, tx.Snapshot, options) { Subresource = subresource });
        Normalize(type, next);
        if (Unchanged(existing, next)) return next;
        if (options.DryRun) return next;
        if (existing.IsDeleting && next.Arr("metadata", "finalizers") is not { Count: > 0 } && FinalizersDone(type, next))
        {
            var last = tx.Put(type.Resource, next, existing);
            if (type.Resource != "pods" || next.Num("metadata", "deletionGracePeriodSeconds") == 0) return tx.Delete(type.Resource, last).Parse();
            return next;
        }
        tx.Put(type.Resource, next, existing);
        return next;
    });

    /// <summary>Creates or changes an object by server-side apply (<see cref="WriteOptions.Force"/> takes fields over from other managers).</summary>
    public (JsonObject Object, bool Created) Apply(ResourceType type, string @namespace, string name, string subresource, JsonObject applied, WriteOptions options)
    {
        applied.Ensure("metadata")["name"] ??= name;
        ObjectDecoder.CheckApplied(type, @namespace, name, applied);
        options = options with { Applied = applied };
        return store.Write(tx =>
        {
            if (subresource.Length == 0 && tx.Snapshot.Find(type.Resource, @namespace, name) is null) return (Create(type, @namespace, applied.Copy(), options), true);
            return (Update(type, @namespace, name, subresource, live => ServerSideApply.Apply(type, live, applied, subresource, options, Now), options), false);
        });
    }

    /// <summary>Deletes, or marks for deletion when finalizers or a grace period say so.</summary>
    /// <returns>The object, and whether it is gone.</returns>
    public (JsonObject Object, bool Gone) Delete(ResourceType type, string @namespace, string name, DeleteOptions options) => store.Write(tx =>
    {
        var existing = tx.Snapshot.Find(type.Resource, @namespace, name) ?? throw ApiError.NotFound(type, name);
        if (options.PreconditionUid is { } uid && uid != existing.Uid)
            throw ApiError.Conflict(type, name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {existing.Uid}");
        if (type.Resource == "namespaces" && name is "default" or "kube-system" or "kube-public") throw ApiError.Forbidden(type, name, "this namespace may not be deleted");
        var obj = existing.Parse();
        var meta = obj.Ensure("metadata");
        var grace = Grace(type, obj, options);
        var finalizers = meta.Strings("finalizers").ToList();
        if (options.PropagationPolicy == "Foreground" && !finalizers.Contains("foregroundDeletion")) finalizers.Add("foregroundDeletion");
        if (options.PropagationPolicy == "Orphan" && !finalizers.Contains("orphan")) finalizers.Add("orphan");
        var definition = type.Resource == "customresourcedefinitions.apiextensions.k8s.io" && !existing.IsDeleting;
        if (definition && !finalizers.Contains(CustomResourceNames.Finalizer)) finalizers.Add(CustomResourceNames.Finalizer);
        var held = finalizers.Count > 0 || !FinalizersDone(type, obj) || grace > 0;
        if (options.DryRun) return (obj, !held);
        if (!held)
        {
            tx.Delete(type.Resource, existing);
            return (obj, true);
        }
        if (finalizers.Count > 0) meta["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]);
        if (!existing.IsDeleting || meta.Num("deletionGracePeriodSeconds") is { } before && grace < before)
        {
            meta["deletionTimestamp"] = Timestamp(time.GetUtcNow().AddSeconds(grace));
            meta["deletionGracePeriodSeconds"] = grace;
            if (HasGeneration(type)) meta["generation"] = (meta.Num("generation") ?? 0) + 1;
            if (type.Resource == "namespaces") obj.Ensure("status")["phase"] = "Terminating";
            if (definition) CustomResourceNames.MarkTerminating(obj, Now);
        }
        if (!JsonExtensions.Same(obj, existing.Parse())) tx.Put(type.Resource, obj, existing);
        return (obj, false);
    });

    /// <summary>Removes what the API removes last: a pod whose grace is over, a namespace that is empty.</summary>
    public void Remove(ResourceType type, string @namespace, string name, string uid) => store.Write(tx =>
    {
        if (tx.Snapshot.Find(type.Resource, @namespace, name) is { } existing && existing.Uid == uid) tx.Delete(type.Resource, existing);
        return true;
    });

    /// <summary>A stored object as it reads in the type's version; versions of a custom resource differ in name only (no conversion webhooks).</summary>
    public static JsonObject InVersion(ResourceType type, JsonObject obj)
    {
        if (type.Conversion is { } conversion) return conversion.FromStored(obj);
        if (obj.Str("apiVersion") != type.ApiVersion) obj["apiVersion"] = type.ApiVersion;
        return obj;
    }

    public static string RandomSuffix(int length = 5) => string.Create(length, 0, static (span, _) => Random.Shared.GetItems<char>(NameAlphabet, span));

    /// <summary>A generated name; like the API server (RetryGenerateName) tries a few times before it reports a name that is taken. Long prefixes lose their end.</summary>
    private static string FreeName(StoreSnapshot snapshot, ResourceType type, string @namespace, string prefix)
    {
        const int MaxPrefix = 63 - 5;
        if (prefix.Length > MaxPrefix) prefix = prefix[..MaxPrefix];
        var name = prefix + RandomSuffix();
        for (var attempt = 0; attempt < 8 && snapshot.Find(type.Resource, @namespace, name) is not null; attempt++) name = prefix + RandomSuffix();
        return name;
    }

    private static void CheckNamespace(StoreSnapshot snapshot, ResourceType type, string @namespace, string name)
    {
        var ns = snapshot.Find("namespaces", "", @namespace) ?? throw ApiError.NotFound(BuiltInResources.Namespaces, @namespace);
        if (ns.IsDeleting) throw ApiError.Forbidden(type, name, $"unable to create new content in namespace {@namespace} because it is being terminated");
    }

    private static JsonObject KeepServerFields(ResourceType type, JsonObject old, JsonObject next, string subresource)
    {
        if (subresource == "resize")
        {
            var resized = old.Copy();
            foreach (var container in resized.Objects("spec", "containers"))
            {
                if (next.Objects("spec", "containers").FirstOrDefault(c => c.Str("name") == container.Str("name")) is { } wanted) container["resources"] = wanted["resources"]?.DeepClone();
            }
            if (next["metadata"]?["managedFields"] is { } owners) resized.Ensure("metadata")["managedFields"] = owners.DeepClone();
            return resized;
        }
        if (subresource is "status" or "approval")
        {
            var merged = old.Copy();
            merged["status"] = next["status"]?.DeepClone();
            if (next["metadata"]?["managedFields"] is { } fields) merged.Ensure("metadata")["managedFields"] = fields.DeepClone();
            if (type.Resource is "namespaces" or "nodes") merged.Ensure("metadata")["annotations"] = next["metadata"]?["annotations"]?.DeepClone();
            return merged;
        }
        if (type.HasStatus)
        {
            if (old["status"] is { } status) next["status"] = status.DeepClone();
            else next.Remove("status");
        }
        var (from, to) = (old.Ensure("metadata"), next.Ensure("metadata"));
        foreach (var name in (ReadOnlySpan<string>)["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "name", "namespace", "generateName", "selfLink"])
        {
            if (from[name] is { } value) to[name] = value.DeepClone();
            else to.Remove(name);
        }
        if (type.Resource == "services" && next.Str("spec", "type") != "ExternalName")
        {
            foreach (var name in (ReadOnlySpan<string>)["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
            {
                if (next.Obj("spec")?[name] is null && old.Obj("spec")?[name] is { } value) next.Ensure("spec")[name] = value.DeepClone();
            }
        }
        return next;
    }

    private static bool DesiredStateChanged(ResourceType type, JsonObject old, JsonObject next)
    {
        if (type.Custom is null) return !JsonExtensions.Same(old["spec"], next["spec"]) || !JsonExtensions.Same(old["webhooks"], next["webhooks"]);
        foreach (var name in old.Select(p => p.Key).Union(next.Select(p => p.Key)))
        {
            if (name is "metadata" or "apiVersion" or "kind" || (name == "status" && type.HasStatus)) continue;
            if (!JsonExtensions.Same(old[name], next[name])) return true;
        }
        return false;
    }

    private static bool HasGeneration(ResourceType type) => type.Custom is not null || s_generated.Contains(type.Resource);

    /// <summary>The fields of a status that Go always writes.</summary>
    private static JsonObject EmptyStatus(string resource) => resource switch
    {
        "services" or "ingresses.networking.k8s.io" => new() { ["loadBalancer"] = new JsonObject() },
        "replicasets.apps" or "replicationcontrollers" => new() { ["replicas"] = 0 },
        "statefulsets.apps" => new() { ["replicas"] = 0, ["availableReplicas"] = 0 },
        "daemonsets.apps" => new() { ["currentNumberScheduled"] = 0, ["numberMisscheduled"] = 0, ["desiredNumberScheduled"] = 0, ["numberReady"] = 0 },
        "persistentvolumeclaims" or "persistentvolumes" => new() { ["phase"] = "Pending" },
        _ => [],
    };

    private static void PrepareStatus(ResourceType type, JsonObject obj)
    {
        if (type.Resource == "pods")
        {
            var status = obj.Ensure("status");
            status.Default("phase", "Pending");
            status.Default("qosClass", PodQos.ClassOf(obj));
        }
        else if (type.Resource == "namespaces") obj.Ensure("status").Default("phase", "Active");
        else if (type.HasStatus && type.Custom is null && obj["status"] is null) obj["status"] = EmptyStatus(type.Resource);
    }

    private static long Grace(ResourceType type, JsonObject obj, DeleteOptions options)
    {
        if (type.Resource != "pods") return 0;
        if (obj.Str("status", "phase") is "Succeeded" or "Failed" || string.IsNullOrEmpty(obj.Str("spec", "nodeName"))) return 0;
        return options.GracePeriodSeconds ?? obj.Num("spec", "terminationGracePeriodSeconds") ?? 30;
    }

    private static bool FinalizersDone(ResourceType type, JsonObject obj) =>
        type.Resource != "namespaces" || obj.Arr("spec", "finalizers") is not { Count: > 0 };

    private static bool Unchanged(StoredObject existing, JsonObject next)
    {
        var before = existing.Parse();
        before.Obj("metadata")?.Remove("resourceVersion");
        var after = next.Copy();
        after.Obj("metadata")?.Remove("resourceVersion");
        if (before.Str("apiVersion") != after.Str("apiVersion")) after["apiVersion"] = before.Str("apiVersion");
        // A write that changes only the time of a managedFields entry changes nothing.
        ManagedFields.CopyTimes(before, after);
        if (!JsonExtensions.Same(before, after)) return false;
        next.Ensure("metadata")["resourceVersion"] = existing.ResourceVersion.ToString(CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>Puts apiVersion and kind first and stores custom resources in their storage version.</summary>
    private static void Normalize(ResourceType type, JsonObject obj)
    {
        obj.Remove("apiVersion");
        obj.Remove("kind");
        obj.Insert(0, "apiVersion", type.Custom is { } custom ? $"{type.Group}/{custom.StorageVersion}" : type.ApiVersion);
        obj.Insert(1, "kind", type.Kind);
    }
}
