using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of namespaces, nodes, leases, revisions and webhook configurations.</summary>
internal static class ClusterValidation
{
    public static void Node(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        SchedulingValidation.Taints(obj.Obj("spec"), "metadata.taints", errors);
        if (old is null) return;
        var (spec, before) = (obj.Obj("spec"), old.Obj("spec"));
        if (before.Str("podCIDR") is { Length: > 0 } cidr && spec.Str("podCIDR") != cidr) errors.Forbidden("spec.podCIDRs", "node updates may not change podCIDR except from \"\" to valid");
        if (before.Str("providerID") is { Length: > 0 } provider && spec.Str("providerID") != provider) errors.Forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
    }

    public static void Lease(JsonObject obj, ErrorList errors)
    {
        if (obj.Num("spec", "leaseDurationSeconds") is <= 0 and var duration) errors.Invalid("spec.leaseDurationSeconds", duration, "must be greater than 0");
        errors.NonNegative("spec.leaseTransitions", obj.At("spec", "leaseTransitions"));
    }

    public static void ControllerRevision(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        if (obj["data"] is null) errors.Required("data", "data is mandatory");
        errors.NonNegative("revision", obj["revision"]);
        if (old is not null) errors.Immutable("data", obj["data"], old["data"]);
    }

    public static void Webhooks(JsonObject obj, ErrorList errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, hook) in obj.Objects("webhooks").Index())
        {
            var at = $"webhooks[{i}]";
            var name = hook.Str("name") ?? "";
            if (name.Length == 0) errors.Required(at + ".name");
            else
            {
                errors.Invalid(at + ".name", name, NameRules.Dns1123Subdomain(name));
                if (name.Split('.').Length < 3) errors.Invalid(at + ".name", name, "should be a domain with at least three segments separated by dots");
                if (!names.Add(name)) errors.Duplicate(at + ".name", name);
            }
            var versions = hook.Strings("admissionReviewVersions").ToList();
            if (versions.Count == 0) errors.Required(at + ".admissionReviewVersions", "must specify one of v1, v1beta1");
            else if (!versions.Any(v => v is "v1" or "v1beta1")) errors.InvalidGo(at + ".admissionReviewVersions", GoSyntax.Strings(hook["admissionReviewVersions"]), "must include at least one of v1, v1beta1");
            foreach (var (r, rule) in hook.Objects("rules").Index())
            {
                foreach (var field in (ReadOnlySpan<string>)["operations", "apiGroups", "apiVersions", "resources"])
                {
                    if (rule.Arr(field) is not { Count: > 0 }) errors.Required($"{at}.rules[{r}].{field}");
                }
                foreach (var (o, operation) in rule.Strings("operations").Index())
                    errors.OptionalOneOf($"{at}.rules[{r}].operations[{o}]", operation, "*", "CONNECT", "CREATE", "DELETE", "UPDATE");
            }
            errors.OptionalOneOf(at + ".failurePolicy", hook.Str("failurePolicy"), "Fail", "Ignore");
            errors.OptionalOneOf(at + ".matchPolicy", hook.Str("matchPolicy"), "Equivalent", "Exact");
            if (hook.Str("sideEffects") is not { } effects) errors.Required(at + ".sideEffects", "must specify one of None, NoneOnDryRun");
            else errors.OptionalOneOf(at + ".sideEffects", effects, "None", "NoneOnDryRun");
            if (hook.Num("timeoutSeconds") is { } timeout && timeout is < 1 or > 30) errors.Invalid(at + ".timeoutSeconds", timeout, "the timeout value must be between 1 and 30 seconds");
            MetadataValidation.Selector(hook.Obj("namespaceSelector"), at + ".namespaceSelector", errors);
            var client = hook.Obj("clientConfig");
            if ((client?["url"] is null) == (client?["service"] is null)) errors.Required(at + ".clientConfig", "exactly one of url or service is required");
            else if (client.Str("url") is { } url)
            {
                if (!url.StartsWith("https://", StringComparison.Ordinal)) errors.Invalid(at + ".clientConfig.url", url.Contains(':', StringComparison.Ordinal) ? url[..url.IndexOf(':', StringComparison.Ordinal)] : "", "'https' is the only allowed URL scheme; desired format: https://host[/path]");
            }
            else
            {
                foreach (var field in (ReadOnlySpan<string>)["name", "namespace"])
                {
                    if (string.IsNullOrEmpty(client.Str("service", field))) errors.Required($"{at}.clientConfig.service.{field}", $"service {field} is required");
                }
            }
        }
    }
}
