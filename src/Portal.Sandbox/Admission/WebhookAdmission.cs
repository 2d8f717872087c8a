using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Admission;

/// <summary>
/// Webhooks that a learner registers. No request leaves the machine, so a call fails as it does on a cluster whose webhook
/// does not answer, and the webhook's failurePolicy decides. Istio's are answered in-process and are not looked at here.
/// </summary>
internal sealed class WebhookAdmission : IAdmissionPlugin
{
    private static readonly string[] s_kinds = ["mutatingwebhookconfigurations.admissionregistration.k8s.io", "validatingwebhookconfigurations.admissionregistration.k8s.io"];

    /// <summary>The compiled webhooks and the objects they were compiled from: configurations change seldom, writes are many.</summary>
    private (ImmutableSortedDictionary<ObjectName, StoredObject> Mutating, ImmutableSortedDictionary<ObjectName, StoredObject> Validating, IReadOnlyList<JsonObject> Hooks)? _compiled;

    public void Validate(AdmissionRequest request)
    {
        var (mutating, validating) = (request.Snapshot.Of(s_kinds[0]), request.Snapshot.Of(s_kinds[1]));
        if (mutating.Count + validating.Count == 0 || s_kinds.Contains(request.Type.Resource)) return;
        if (_compiled is not { } compiled || compiled.Mutating != mutating || compiled.Validating != validating)
            _compiled = compiled = (mutating, validating, [.. mutating.Values.Concat(validating.Values).SelectMany(c => c.Parse().Objects("webhooks")).Where(h => !IsInProcess(h)).Select(h => h.Copy())]);
        foreach (var hook in compiled.Hooks)
        {
            if (hook.Str("failurePolicy") == "Ignore" || !WebhookMatch.Covers(hook, request)) continue;
            var name = hook.Str("name");
            throw new ApiException(500, "InternalError", $"Internal error occurred: failed calling webhook \"{name}\": failed to call webhook: {Failure(hook, request.Snapshot)}",
                new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = $"failed calling webhook \"{name}\": failed to call webhook: {Failure(hook, request.Snapshot)}" }) });
        }
    }

    private static bool IsInProcess(JsonObject hook) => hook.Str("clientConfig", "service", "name") is { } service && service.StartsWith("istiod", StringComparison.Ordinal);

    /// <summary>Why the call fails, as Go's client says it.</summary>
    internal static string Failure(JsonObject hook, StoreSnapshot snapshot)
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
