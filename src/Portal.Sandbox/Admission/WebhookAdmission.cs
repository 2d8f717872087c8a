using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
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
            _compiled = compiled = (mutating, validating, [.. mutating.Values.Concat(validating.Values).SelectMany(c => c.Parse().Objects("webhooks")).Where(h => !WebhookCalls.IsInProcess(h)).Select(h => h.Copy())]);
        foreach (var hook in compiled.Hooks)
        {
            if (hook.Str("failurePolicy") != "Ignore" && WebhookCalls.Matches(hook, request)) throw WebhookCalls.Unreachable(hook, request.Snapshot);
        }
    }
}
