using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of resource names and quantities, wherever they are asked for.</summary>
internal static class ResourceValidation
{
    private const string NotNegative = "must be greater than or equal to 0";

    private static readonly HashSet<string> s_standard = new(StringComparer.Ordinal)
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
        "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "storage", "requests.storage", "services.nodeports", "services.loadbalancers",
    };

    private static readonly HashSet<string> s_quota = new(StringComparer.Ordinal)
    {
        "cpu", "memory", "ephemeral-storage", "requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "pods",
        "resourcequotas", "services", "replicationcontrollers", "secrets", "persistentvolumeclaims", "configmaps", "services.nodeports", "services.loadbalancers",
    };

    public static void Requirements(JsonObject? resources, string path, ErrorList errors)
    {
        if (resources is null) return;
        foreach (var (name, quantity) in Ordered(resources.Obj("limits")))
        {
            ContainerName(name, $"{path}.limits[{name}]", errors);
            Value(name, quantity, $"{path}.limits[{name}]", errors);
        }
        foreach (var (name, quantity) in Ordered(resources.Obj("requests")))
        {
            ContainerName(name, $"{path}.requests[{name}]", errors);
            Value(name, quantity, $"{path}.requests[{name}]", errors);
            var limit = resources.Str("limits", name);
            var overcommit = !name.Contains('/', StringComparison.Ordinal) && !name.StartsWith("hugepages-", StringComparison.Ordinal);
            if (limit is null)
            {
                if (!overcommit) errors.Required(path + ".limits", "Limit must be set for non overcommitable resources");
            }
            else if (Quantity.Compare(quantity.Str(), limit) is var order && (overcommit ? order > 0 : order != 0))
            {
                errors.Invalid(path + ".requests", quantity.Str(), overcommit ? $"must be less than or equal to {name} limit of {limit}" : $"must be equal to {name} limit of {limit}");
            }
        }
    }

    public static void Value(string name, JsonNode? quantity, string path, ErrorList errors)
    {
        if (!Quantity.TryParse(quantity.Str() ?? "", out double value)) return;
        if (value < 0) errors.Invalid(path, quantity.Str(), NotNegative);
        if (IsInteger(name) && value != Math.Floor(value)) errors.InvalidGo(path, GoSyntax.Quantity(quantity.Str()), "must be an integer");
    }

    public static void ContainerName(string name, string path, ErrorList errors)
    {
        Name(name, path, errors);
        if (!name.Contains('/', StringComparison.Ordinal) && name is not ("cpu" or "memory" or "ephemeral-storage") && !name.StartsWith("hugepages-", StringComparison.Ordinal))
            errors.Invalid(path, name, "must be a standard resource for containers");
    }

    public static void QuotaName(string name, string path, ErrorList errors)
    {
        Name(name, path, errors);
        if (!name.Contains('/', StringComparison.Ordinal) && !s_quota.Contains(name) && !name.StartsWith("requests.hugepages-", StringComparison.Ordinal) && !name.StartsWith("hugepages-", StringComparison.Ordinal))
            errors.Invalid(path, name, "must be a standard resource for quota");
    }

    public static void Name(string name, string path, ErrorList errors)
    {
        var before = errors.Count;
        errors.Invalid(path, name, NameRules.QualifiedName(name));
        if (errors.Count == before && !name.Contains('/', StringComparison.Ordinal) && !s_standard.Contains(name) && !name.StartsWith("hugepages-", StringComparison.Ordinal) && !name.StartsWith("requests.hugepages-", StringComparison.Ordinal))
            errors.Invalid(path, name, "must be a standard resource type or fully qualified");
    }

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Ordered(JsonObject? map) => map is null ? [] : map.OrderBy(p => p.Key, StringComparer.Ordinal);

    private static bool IsInteger(string name) => name is "pods" or "resourcequotas" or "services" or "replicationcontrollers" or "secrets" or "configmaps" or "persistentvolumeclaims" or "services.nodeports" or "services.loadbalancers"
        || (name.Contains('/', StringComparison.Ordinal) && !name.StartsWith("kubernetes.io/", StringComparison.Ordinal) && !name.Contains("storageclass.storage.k8s.io", StringComparison.Ordinal) && !name.StartsWith("count/", StringComparison.Ordinal));
}
