using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>Resources that are questions: created, answered, never stored. A learner is cluster-admin of their own cluster.</summary>
internal static class Reviews
{
    public static JsonObject? TryAnswer(SandboxCluster cluster, RequestInfo info, JsonObject body, string user)
    {
        switch (info.Type.Kind)
        {
            case "SelfSubjectAccessReview" or "SubjectAccessReview" or "LocalSubjectAccessReview":
                body["status"] = new JsonObject { ["allowed"] = true, ["reason"] = "RBAC: allowed by ClusterRoleBinding \"cluster-admin\" of ClusterRole \"cluster-admin\" to Group \"system:masters\"" };
                break;
            case "SelfSubjectRulesReview":
                body["status"] = new JsonObject
                {
                    ["resourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*") }),
                    ["nonResourceRules"] = new JsonArray(new JsonObject { ["verbs"] = new JsonArray("*"), ["nonResourceURLs"] = new JsonArray("*") }),
                    ["incomplete"] = false,
                };
                break;
            case "SelfSubjectReview":
                body["status"] = new JsonObject { ["userInfo"] = new JsonObject { ["username"] = user, ["groups"] = new JsonArray("system:masters", "system:authenticated") } };
                break;
            case "TokenReview":
                var valid = cluster.UserOf(body.Str("spec", "token") ?? "");
                body["status"] = valid is null ? new JsonObject { ["authenticated"] = false, ["user"] = new JsonObject() } : new JsonObject { ["authenticated"] = true, ["user"] = new JsonObject { ["username"] = valid } };
                break;
            default: return null;
        }
        body.Ensure("metadata")["creationTimestamp"] = null;
        return body;
    }
}
