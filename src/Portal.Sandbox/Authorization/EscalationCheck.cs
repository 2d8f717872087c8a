using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Authorization;

/// <summary>Nobody may hand out, by a role or a binding, what they may not do themselves.</summary>
internal sealed class EscalationCheck : IAdmissionPlugin
{
    private const string Group = "rbac.authorization.k8s.io";

    public void Validate(AdmissionRequest request)
    {
        if (request.Type.Group != Group || request.Options.Identity is not { IsPrivileged: false } user) return;
        var ns = request.Object.Str("metadata", "namespace") ?? "";
        if (request.Type.Plural is "roles" or "clusterroles")
        {
            if (request.Old is { } old && JsonExtensions.Same(old["rules"], request.Object["rules"])) return;
            if (!May(request.Snapshot, user, "escalate", request.Type.Plural, ns, request.Object.Str("metadata", "name"))) Check(request, user, ns, request.Object);
            return;
        }
        var (kind, name) = (request.Object.Str("roleRef", "kind"), request.Object.Str("roleRef", "name") ?? "");
        var plural = kind == "ClusterRole" ? "clusterroles" : "roles";
        if (request.Old is { } before && JsonExtensions.Same(before["subjects"], request.Object["subjects"])) return;
        if (May(request.Snapshot, user, "bind", plural, ns, name)) return;
        var role = request.Snapshot.Find($"{plural}.{Group}", kind == "ClusterRole" ? "" : ns, name)
            ?? throw new ApiException(404, "NotFound", $"{plural}.{Group} \"{name}\" not found", new JsonObject { ["name"] = name, ["group"] = Group, ["kind"] = plural });
        Check(request, user, ns, role.Parse());
    }

    private static bool May(StoreSnapshot snapshot, UserInfo user, string verb, string plural, string ns, string? name) =>
        RbacAuthorizer.Decide(snapshot, user, new(verb) { Group = Group, Resource = plural, Namespace = ns, Name = name ?? "" }).Allowed;

    private static void Check(AdmissionRequest request, UserInfo user, string ns, JsonObject role)
    {
        var held = RbacAuthorizer.Rules(request.Snapshot, user, ns).ToList();
        var missing = PolicyRule.Of(role).SelectMany(r => r.Parts()).Where(p => !held.Exists(h => h.Covers(p))).ToList();
        if (missing.Count == 0) return;
        // As upstream compacts them: rules that differ by their verbs only are one.
        var lines = missing.GroupBy(m => (string.Join(',', m.Groups), string.Join(',', m.Resources), string.Join(',', m.Names), string.Join(',', m.Urls)))
            .Select(g => (g.First() with { Verbs = [.. g.SelectMany(m => m.Verbs)] }).ToString()).Order(StringComparer.Ordinal);
        throw ApiError.Forbidden(request.Type, request.Object.Str("metadata", "name") ?? "",
            $"user {GoSyntax.Quote(user.Name)} (groups=[{string.Join(' ', user.Groups.Select(GoSyntax.Quote))}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', lines)}");
    }
}
