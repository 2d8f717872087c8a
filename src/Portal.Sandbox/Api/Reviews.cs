using System.Text.Json.Nodes;
using Portal.Sandbox.Authorization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>Resources that are questions: created, answered, never stored.</summary>
internal static class Reviews
{
    private const string OneOfTwo = "exactly one of nonResourceAttributes or resourceAttributes must be specified";

    public static JsonObject? TryAnswer(SandboxCluster cluster, RequestInfo info, JsonObject body, UserInfo user)
    {
        switch (info.Type.Kind)
        {
            case "SelfSubjectAccessReview": body["status"] = Access(cluster, info.Type, body, user); break;
            case "SubjectAccessReview" or "LocalSubjectAccessReview":
                if (string.IsNullOrEmpty(body.Str("spec", "user")) && body.Arr("spec", "groups") is not { Count: > 0 })
                    throw ApiError.Invalid(info.Type, "", [FieldError.Required("spec.user", "at least one of user or group must be specified")]);
                if (info.Type.Kind[0] == 'L' && body.Str("spec", "resourceAttributes", "namespace") is var ns && ns != info.Namespace)
                    throw ApiError.BadRequest($"spec.resourceAttributes.namespace must match namespace: {info.Namespace}");
                body["status"] = Access(cluster, info.Type, body, new(body.Str("spec", "user") ?? "", body.Str("spec", "uid") ?? "", [.. body.Strings("spec", "groups")]));
                break;
            case "SelfSubjectRulesReview": body["status"] = Rules(cluster, body, user); break;
            case "SelfSubjectReview": body["status"] = new JsonObject { ["userInfo"] = user.ToJson() }; break;
            case "TokenReview":
                var valid = cluster.UserOf(body.Str("spec", "token") ?? "");
                body["status"] = valid is null
                    ? new JsonObject { ["user"] = new JsonObject(), ["error"] = "[invalid bearer token, token lookup failed]" }
                    : new JsonObject { ["authenticated"] = true, ["user"] = valid.ToJson(), ["audiences"] = new JsonArray("https://kubernetes.default.svc.cluster.local") };
                break;
            default: return null;
        }
        body.Ensure("metadata")["creationTimestamp"] = null;
        return body;
    }

    private static JsonObject Access(SandboxCluster cluster, ResourceType type, JsonObject body, UserInfo user)
    {
        var (resource, path) = (body.Obj("spec", "resourceAttributes"), body.Obj("spec", "nonResourceAttributes"));
        if ((resource is null) == (path is null))
        {
            throw ApiError.Invalid(type, "", [resource is null
                ? FieldError.InvalidRaw("spec.resourceAttributes", "null", OneOfTwo)
                : FieldError.Invalid("spec.nonResourceAttributes", null, "cannot be specified in combination with resourceAttributes")]);
        }
        var attributes = path is not null
            ? new AccessAttributes(path.Str("verb") ?? "") { Path = path.Str("path") ?? "" }
            : new AccessAttributes(resource.Str("verb") ?? "")
            {
                Group = resource.Str("group") ?? "",
                Resource = resource.Str("resource") ?? "",
                Subresource = resource.Str("subresource") ?? "",
                Namespace = resource.Str("namespace") ?? "",
                Name = resource.Str("name") ?? "",
            };
        var decision = RbacAuthorizer.Decide(cluster.Store.Snapshot, user, attributes);
        var status = new JsonObject { ["allowed"] = decision.Allowed };
        if (decision.Reason.Length > 0) status["reason"] = decision.Reason;
        return status;
    }

    private static JsonObject Rules(SandboxCluster cluster, JsonObject body, UserInfo user)
    {
        static JsonArray List(IReadOnlyList<string> items) => new([.. items.Select(i => (JsonNode)i)]);
        var (resources, urls) = (new JsonArray(), new JsonArray());
        foreach (var rule in RbacAuthorizer.Rules(cluster.Store.Snapshot, user, body.Str("spec", "namespace") ?? ""))
        {
            if (rule.Resources.Count > 0)
            {
                var item = new JsonObject { ["verbs"] = List(rule.Verbs), ["apiGroups"] = List(rule.Groups), ["resources"] = List(rule.Resources) };
                if (rule.Names.Count > 0) item["resourceNames"] = List(rule.Names);
                resources.Add(item);
            }
            if (rule.Urls.Count > 0) urls.Add(new JsonObject { ["verbs"] = List(rule.Verbs), ["nonResourceURLs"] = List(rule.Urls) });
        }
        return new() { ["resourceRules"] = resources, ["nonResourceRules"] = urls, ["incomplete"] = false };
    }
}
