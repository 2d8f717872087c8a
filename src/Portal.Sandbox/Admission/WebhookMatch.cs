using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Admission;

/// <summary>Whether a webhook wants to see a request: its rules, then its selectors of objects and namespaces.</summary>
internal static class WebhookMatch
{
    public static bool Covers(JsonObject hook, AdmissionRequest request)
    {
        var resource = request.Subresource.Length == 0 ? request.Type.Plural : $"{request.Type.Plural}/{request.Subresource}";
        static bool Has(JsonObject rule, string field, string value) => rule.Strings(field).Any(v => v == "*" || v == value);
        var covered = hook.Objects("rules").Any(rule => Has(rule, "operations", request.IsCreate ? "CREATE" : "UPDATE") && Has(rule, "apiGroups", request.Type.Group) && Has(rule, "apiVersions", request.Type.Version)
            && rule.Strings("resources").Any(r => r == resource || r == "*/*" || (r == "*" && request.Subresource.Length == 0) || r == request.Type.Plural + "/*")
            && rule.Str("scope") switch { "Namespaced" => request.Type.Namespaced, "Cluster" => !request.Type.Namespaced, _ => true });
        if (!covered) return false;
        if (hook.Obj("objectSelector") is { Count: > 0 } objects && !Selectors.Matches(objects, request.Object.Map("metadata", "labels"))) return false;
        if (hook.Obj("namespaceSelector") is not { Count: > 0 } namespaces) return true;
        var isNamespace = request.Type.Resource == "namespaces";
        if (!request.Type.Namespaced && !isNamespace) return true;
        var labels = isNamespace ? request.Object.Map("metadata", "labels") : request.Snapshot.Find("namespaces", "", request.Object.Str("metadata", "namespace") ?? "")?.Labels ?? JsonExtensions.EmptyMap;
        return Selectors.Matches(namespaces, labels);
    }
}
