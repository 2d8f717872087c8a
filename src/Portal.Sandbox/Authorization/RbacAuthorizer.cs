using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Authorization;

/// <summary>Decides by the roles and bindings of a snapshot, as the RBAC authorizer does.</summary>
internal static class RbacAuthorizer
{
    private const string Group = ".rbac.authorization.k8s.io";

    /// <param name="Reason">The binding that allows it, or what is wrong with one that might have; empty when there is nothing to say.</param>
    public readonly record struct Decision(bool Allowed, string Reason);

    public static Decision Decide(StoreSnapshot snapshot, UserInfo user, AccessAttributes attributes)
    {
        if (user.IsPrivileged) return new(true, "");
        var missing = new List<string>();
        foreach (var (rules, why) in Grants(snapshot, user, attributes.Path is null ? attributes.Namespace : "", missing))
        {
            if (rules.Any(r => r.Allows(attributes))) return new(true, "RBAC: allowed by " + why);
        }
        return new(false, missing.Count == 0 ? "" : "RBAC: " + (missing.Count == 1 ? missing[0] : "[" + string.Join(", ", missing) + "]"));
    }

    /// <exception cref="Api.ApiException">403, when the user may not.</exception>
    public static void Demand(StoreSnapshot snapshot, UserInfo user, AccessAttributes attributes)
    {
        if (user.IsPrivileged) return;
        if (Decide(snapshot, user, attributes) is { Allowed: false, Reason: var reason }) throw attributes.Forbidden(user.Name, reason);
    }

    /// <summary>All rules that hold for a user, cluster-wide and in a namespace.</summary>
    public static IEnumerable<PolicyRule> Rules(StoreSnapshot snapshot, UserInfo user, string @namespace) =>
        Grants(snapshot, user, @namespace, []).SelectMany(g => g.Rules);

    private static IEnumerable<(IReadOnlyList<PolicyRule> Rules, string Why)> Grants(StoreSnapshot snapshot, UserInfo user, string @namespace, List<string> missing)
    {
        foreach (var binding in snapshot.List("clusterrolebindings" + Group))
        {
            if (Grant(snapshot, user, binding, "", missing) is { } grant) yield return grant;
        }
        if (@namespace.Length == 0) yield break;
        foreach (var binding in snapshot.List("rolebindings" + Group, @namespace))
        {
            if (Grant(snapshot, user, binding, @namespace, missing) is { } grant) yield return grant;
        }
    }

    private static (IReadOnlyList<PolicyRule>, string)? Grant(StoreSnapshot snapshot, UserInfo user, StoredObject binding, string @namespace, List<string> missing)
    {
        var json = binding.Parse();
        if (json.Objects("subjects").FirstOrDefault(s => Applies(s, user, @namespace)) is not { } subject) return null;
        var (kind, name) = (json.Str("roleRef", "kind") ?? "", json.Str("roleRef", "name") ?? "");
        var role = kind == "ClusterRole" ? snapshot.Find("clusterroles" + Group, "", name) : snapshot.Find("roles" + Group, @namespace, name);
        if (role is null)
        {
            missing.Add($"{kind.ToLowerInvariant()}{Group} \"{name}\" not found");
            return null;
        }
        var of = kind == "ClusterRole" ? $"ClusterRole \"{name}\"" : $"Role \"{name}/{@namespace}\"";
        var by = @namespace.Length == 0 ? $"ClusterRoleBinding \"{binding.Name}\"" : $"RoleBinding \"{binding.Name}/{@namespace}\"";
        return ([.. PolicyRule.Of(role.Parse())], $"{by} of {of} to {Describe(subject, @namespace)}");
    }

    private static bool Applies(JsonObject subject, UserInfo user, string @namespace) => subject.Str("kind") switch
    {
        "User" => subject.Str("name") == user.Name,
        "Group" => user.Groups.Contains(subject.Str("name") ?? ""),
        "ServiceAccount" => user.Name == $"system:serviceaccount:{subject.Str("namespace") ?? @namespace}:{subject.Str("name")}",
        _ => false,
    };

    private static string Describe(JsonObject subject, string @namespace) => subject.Str("kind") == "ServiceAccount"
        ? $"ServiceAccount \"{subject.Str("name")}/{subject.Str("namespace") ?? @namespace}\""
        : $"{subject.Str("kind")} \"{subject.Str("name")}\"";
}
