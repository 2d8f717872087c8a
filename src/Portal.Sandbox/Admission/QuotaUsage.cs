using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Admission;

/// <summary>What objects use of a quota (kubernetes/pkg/quota/v1/evaluator).</summary>
internal static class QuotaUsage
{
    private static readonly string[] s_compute = ["cpu", "memory", "ephemeral-storage"];

    /// <summary>What the objects of a namespace use of the resources that a quota limits.</summary>
    public static Dictionary<string, string> Of(StoreSnapshot snapshot, string @namespace, JsonObject quota)
    {
        var used = quota.Map("spec", "hard").Keys.ToDictionary(k => k, _ => "0", StringComparer.Ordinal);
        foreach (var resource in snapshot.Resources.Keys.Where(r => used.Keys.Any(k => Concerns(k, r))))
        {
            foreach (var stored in snapshot.List(resource, @namespace)) Add(used, By(resource, stored.Parse(), quota));
        }
        return used;
    }

    /// <summary>What one object uses of the resources that a quota limits; nothing when the quota's scopes leave it out.</summary>
    public static Dictionary<string, string> By(string resource, JsonObject obj, JsonObject quota)
    {
        var used = new Dictionary<string, string>(StringComparer.Ordinal);
        if (resource == "pods" && (obj.Str("status", "phase") is "Succeeded" or "Failed" || !InScope(obj, quota))) return used;
        if (resource != "pods" && (quota.Arr("spec", "scopes") is { Count: > 0 } || quota.Obj("spec", "scopeSelector") is not null)) return used;
        foreach (var key in quota.Map("spec", "hard").Keys)
        {
            if (Amount(key, resource, obj) is { } amount) used[key] = amount;
        }
        return used;
    }

    /// <summary>The compute resources that a quota limits and a container does not name, as "resource for: container,container".</summary>
    public static IEnumerable<string> Unspecified(JsonObject pod, JsonObject quota)
    {
        foreach (var key in quota.Map("spec", "hard").Keys.Order(StringComparer.Ordinal))
        {
            var (kind, name) = Compute(key);
            if (name is not ("cpu" or "memory")) continue;
            var without = pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")).Where(c => c.Str("resources", kind, name) is null).Select(c => c.Str("name") ?? "").Order(StringComparer.Ordinal).ToList();
            if (without.Count > 0) yield return $"{key} for: {string.Join(',', without)}";
        }
    }

    public static bool InScope(JsonObject pod, JsonObject quota)
    {
        foreach (var scope in quota.Strings("spec", "scopes"))
        {
            if (!Matches(pod, scope, "Exists", [])) return false;
        }
        return quota.Objects("spec", "scopeSelector", "matchExpressions").All(e => Matches(pod, e.Str("scopeName") ?? "", e.Str("operator") ?? "", [.. e.Strings("values")]));
    }

    public static void Add(Dictionary<string, string> used, Dictionary<string, string> more)
    {
        foreach (var (key, amount) in more) used[key] = Quantity.Add(used.GetValueOrDefault(key, "0"), amount);
    }

    private static bool Matches(JsonObject pod, string scope, string op, List<string> values) => scope switch
    {
        "Terminating" => pod.Num("spec", "activeDeadlineSeconds") is >= 0,
        "NotTerminating" => pod.Num("spec", "activeDeadlineSeconds") is null,
        "BestEffort" => PodQos.ClassOf(pod) == "BestEffort",
        "NotBestEffort" => PodQos.ClassOf(pod) != "BestEffort",
        "PriorityClass" => (pod.Str("spec", "priorityClassName") ?? "") is var name && op switch
        {
            "In" => values.Contains(name),
            "NotIn" => !values.Contains(name),
            "DoesNotExist" => name.Length == 0,
            _ => name.Length > 0,
        },
        _ => false,
    };

    private static bool Concerns(string key, string resource) => key.StartsWith("count/", StringComparison.Ordinal) ? key[6..] == resource
        : key.StartsWith("services", StringComparison.Ordinal) ? resource == "services"
        : key is "requests.storage" or "persistentvolumeclaims" || key.Contains(".storageclass.", StringComparison.Ordinal) ? resource == "persistentvolumeclaims"
        : key is "configmaps" or "secrets" or "replicationcontrollers" or "resourcequotas" ? resource == key
        : resource == "pods";

    private static string? Amount(string key, string resource, JsonObject obj)
    {
        if (!Concerns(key, resource)) return null;
        if (key == "count/" + resource || key == resource) return "1";
        if (resource == "services")
        {
            var type = obj.Str("spec", "type");
            if (key == "services.loadbalancers") return type == "LoadBalancer" ? "1" : "0";
            return type is "NodePort" or "LoadBalancer" ? obj.Objects("spec", "ports").Count(p => p.Num("nodePort") is > 0).ToString(System.Globalization.CultureInfo.InvariantCulture) : "0";
        }
        if (resource == "persistentvolumeclaims")
        {
            if (key == "requests.storage") return obj.Str("spec", "resources", "requests", "storage") ?? "0";
            if (!key.StartsWith((obj.Str("spec", "storageClassName") ?? "") + ".storageclass.", StringComparison.Ordinal)) return "0";
            return key.EndsWith("/requests.storage", StringComparison.Ordinal) ? obj.Str("spec", "resources", "requests", "storage") ?? "0" : "1";
        }
        var (kind, name) = Compute(key);
        return LimitRangeAdmission.PodSum(obj.Objects("spec", "containers"), obj.Objects("spec", "initContainers"), kind).GetValueOrDefault(name, "0");
    }

    private static (string Kind, string Name) Compute(string key) =>
        key.StartsWith("limits.", StringComparison.Ordinal) ? ("limits", key[7..])
        : key.StartsWith("requests.", StringComparison.Ordinal) ? ("requests", key[9..])
        : s_compute.Contains(key) ? ("requests", key) : ("requests", "");
}
