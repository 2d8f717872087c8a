using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Admission;

/// <summary>Which requests a registered webhook is asked about, and what the API server says when it cannot reach it.</summary>
internal static class WebhookCalls
{
    /// <summary>Istio's own webhooks are answered without a request.</summary>
    public static bool IsInProcess(JsonObject hook) => hook.Str("clientConfig", "service", "name") is { } service && service.StartsWith("istiod", StringComparison.Ordinal);

    public static bool Matches(JsonObject hook, AdmissionRequest request)
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

    public static ApiException Unreachable(JsonObject hook, StoreSnapshot snapshot)
    {
        var text = $"failed calling webhook \"{hook.Str("name")}\": failed to call webhook: {Failure(hook, snapshot)}";
        return new(500, "InternalError", "Internal error occurred: " + text, new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = text }) });
    }

    /// <summary>Why the call fails, as Go's client says it.</summary>
    private static string Failure(JsonObject hook, StoreSnapshot snapshot)
    {
        var timeout = hook.Num("timeoutSeconds") ?? 10;
        if (hook.Str("clientConfig", "url") is { } url)
        {
            var host = Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.Host : url;
            return $"Post \"{url}?timeout={timeout}s\": dial tcp: lookup {host}: no such host";
        }
        var service = hook.Obj("clientConfig", "service");
        var (name, ns) = (service.Str("name") ?? "", service.Str("namespace") ?? "");
        var path = (service.Str("path") ?? "/") is var p && p.StartsWith('/') ? p : "/" + p;
        var call = $"Post \"https://{name}.{ns}.svc:{service.Num("port") ?? 443}{path}?timeout={timeout}s\"";
        if (snapshot.Find("services", ns, name) is null) return $"{call}: service \"{name}\" not found";
        var ready = snapshot.Find("endpoints", ns, name)?.Parse().Objects("subsets").Any(s => s.Arr("addresses") is { Count: > 0 }) == true;
        return ready ? $"{call}: context deadline exceeded" : $"{call}: no endpoints available for service \"{name}\"";
    }
}
