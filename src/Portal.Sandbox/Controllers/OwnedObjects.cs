using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Helpers that the workload controllers share.</summary>
internal static class OwnedObjects
{
    public static JsonArray OwnerReference(ResourceType type, JsonObject owner) => new(new JsonObject
    {
        ["apiVersion"] = type.ApiVersion,
        ["kind"] = type.Kind,
        ["name"] = owner.Str("metadata", "name"),
        ["uid"] = owner.Str("metadata", "uid"),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    });

    /// <summary>A pod made from a template, without name.</summary>
    public static JsonObject PodFromTemplate(ResourceType type, JsonObject owner, string generateName)
    {
        var template = owner.Obj("spec", "template")!.Copy();
        var meta = template.Ensure("metadata");
        meta.Remove("creationTimestamp");
        meta["generateName"] = generateName;
        meta["ownerReferences"] = OwnerReference(type, owner);
        return new JsonObject { ["metadata"] = meta.DeepClone(), ["spec"] = template["spec"]?.DeepClone() };
    }

    /// <summary>A short stable hash in the alphabet that Kubernetes uses for generated names.</summary>
    public static string TemplateHash(JsonObject template, int collisions = 0)
    {
        const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";
        var hash = 2166136261u;
        foreach (var b in template.ToUtf8()) hash = (hash ^ b) * 16777619u;
        hash += (uint)collisions;
        var text = new StringBuilder();
        foreach (var digit in hash.ToString(CultureInfo.InvariantCulture)) text.Append(Alphabet[digit % Alphabet.Length]);
        return text.ToString();
    }

    public static bool IsPodReady(JsonNode? pod) => pod.Objects("status", "conditions").Any(c => c.Str("type") == "Ready" && c.Str("status") == "True");

    /// <summary>When a pod has been ready long enough to count as available; null when it is not ready.</summary>
    public static DateTimeOffset? AvailableAt(JsonNode? pod, int minReadySeconds) =>
        pod.Objects("status", "conditions").FirstOrDefault(c => c.Str("type") == "Ready" && c.Str("status") == "True") is not { } ready ? null
        : minReadySeconds > 0 && DateTimeOffset.TryParse(ready.Str("lastTransitionTime"), CultureInfo.InvariantCulture, out var since) ? since.AddSeconds(minReadySeconds) : DateTimeOffset.MinValue;

    /// <summary>An amount or a share such as 25%.</summary>
    public static int Share(JsonNode? value, int of, bool roundUp)
    {
        if (value.Num() is { } n) return (int)n;
        if (value.Str() is not { } text || !text.EndsWith('%') || !int.TryParse(text[..^1], CultureInfo.InvariantCulture, out var percent)) return 0;
        return roundUp ? (of * percent + 99) / 100 : of * percent / 100;
    }

    public static bool IsPodActive(StoredObject stored, JsonNode pod) => !stored.IsDeleting && pod.Str("status", "phase") is not ("Succeeded" or "Failed");

    public static IEnumerable<StoredObject> OwnedBy(StoreSnapshot snapshot, string resource, string @namespace, string uid) =>
        snapshot.List(resource, @namespace).Where(o => o.Owners.Contains(uid));

    /// <summary>Enqueues the owners of a changed object, found by name from its owner references.</summary>
    public static void EnqueueOwners(StoreEvent change, string kind, Action<ObjectName> enqueue)
    {
        // An object that was let go concerns those who had it.
        var owned = change.Object.Owners.Count > 0 ? change.Object : change.Previous;
        if (owned is not { Owners.Count: > 0 }) return;
        foreach (var reference in owned.Parse().Objects("metadata", "ownerReferences"))
        {
            if (reference.Str("kind") == kind) enqueue(new(change.Object.Namespace, reference.Str("name") ?? ""));
        }
    }

    /// <summary>Sets a condition, keeping the transition time when the status stays the same.</summary>
    public static void SetCondition(JsonObject status, string type, string value, string reason, string message, string now, bool withUpdateTime = false)
    {
        var conditions = status.EnsureArray("conditions");
        var existing = conditions.OfType<JsonObject>().FirstOrDefault(c => c.Str("type") == type);
        if (existing is null) conditions.Add(existing = new JsonObject { ["type"] = type });
        if (existing.Str("status") != value) existing["lastTransitionTime"] = now;
        if (withUpdateTime && ((existing.Str("reason") ?? "") != reason || (existing.Str("message") ?? "") != message || existing.Str("status") != value)) existing["lastUpdateTime"] = now;
        existing["status"] = value;
        if (reason.Length > 0) existing["reason"] = reason;
        else existing.Remove("reason");
        if (message.Length > 0) existing["message"] = message;
        else existing.Remove("message");
    }
}
