using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of roles and bindings (kubernetes/pkg/apis/rbac/validation).</summary>
internal static class RbacValidation
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void Role(JsonObject obj, bool namespaced, ErrorList errors)
    {
        foreach (var (i, rule) in obj.Objects("rules").Index())
        {
            var at = $"rules[{i}]";
            if (rule.Arr("verbs") is not { Count: > 0 }) errors.Required(at + ".verbs", "verbs must contain at least one value");
            if (rule.Arr("nonResourceURLs") is { Count: > 0 } urls)
            {
                if (namespaced) errors.InvalidGo(at + ".nonResourceURLs", GoSyntax.Strings(urls), "namespaced rules cannot apply to non-resource URLs");
                if (rule.Arr("apiGroups") is { Count: > 0 } || rule.Arr("resources") is { Count: > 0 } || rule.Arr("resourceNames") is { Count: > 0 })
                    errors.InvalidGo(at + ".nonResourceURLs", GoSyntax.Strings(urls), "rules cannot apply to both regular resources and non-resource URLs");
                continue;
            }
            if (rule.Arr("apiGroups") is not { Count: > 0 }) errors.Required(at + ".apiGroups", "resource rules must supply at least one api group");
            if (rule.Arr("resources") is not { Count: > 0 }) errors.Required(at + ".resources", "resource rules must supply at least one resource");
        }
        if (namespaced || obj.Obj("aggregationRule") is not { } aggregation) return;
        if (aggregation.Arr("clusterRoleSelectors") is not { Count: > 0 }) errors.Required("aggregationRule.clusterRoleSelectors", "at least one clusterRoleSelector required if aggregationRule is non-nil");
        foreach (var (i, selector) in aggregation.Objects("clusterRoleSelectors").Index()) MetadataValidation.Selector(selector, $"aggregationRule.clusterRoleSelectors[{i}]", errors);
    }

    public static void Binding(JsonObject obj, JsonObject? old, bool namespaced, ErrorList errors)
    {
        var reference = obj.Obj("roleRef");
        if (reference.Str("apiGroup") != Group) errors.NotSupported("roleRef.apiGroup", reference.Str("apiGroup") ?? "", Group);
        string[] kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
        if (!kinds.Contains(reference.Str("kind"))) errors.NotSupported("roleRef.kind", reference.Str("kind") ?? "", kinds);
        if (reference.Str("name") is { Length: > 0 } name) errors.Invalid("roleRef.name", name, NameRules.PathSegment(name));
        else errors.Required("roleRef.name");
        foreach (var (i, subject) in obj.Objects("subjects").Index()) Subject(subject, namespaced, $"subjects[{i}]", errors);
        if (old is not null && !JsonExtensions.Same(reference, old.Obj("roleRef"))) errors.InvalidGo("roleRef", GoSyntax.RoleRef(reference), "cannot change roleRef");
    }

    private static void Subject(JsonObject subject, bool namespaced, string path, ErrorList errors)
    {
        var name = subject.Str("name") ?? "";
        var group = subject.Str("apiGroup") ?? "";
        if (name.Length == 0) errors.Required(path + ".name");
        switch (subject.Str("kind"))
        {
            case "ServiceAccount":
                if (name.Length > 0) errors.Invalid(path + ".name", name, NameRules.Dns1123Subdomain(name));
                if (group.Length > 0) errors.NotSupported(path + ".apiGroup", group, "");
                if (!namespaced && string.IsNullOrEmpty(subject.Str("namespace"))) errors.Required(path + ".namespace");
                break;
            case "User" or "Group":
                if (group != Group) errors.NotSupported(path + ".apiGroup", group, Group);
                break;
            default: errors.NotSupported(path + ".kind", subject.Str("kind") ?? "", "ServiceAccount", "User", "Group"); break;
        }
    }
}
