using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Istiod as the validating webhook that it is registered as. Asked when a registration covers the object; without an answer its failurePolicy decides.</summary>
internal sealed class ValidatingWebhook : IAdmissionPlugin
{
    private const string Configurations = "validatingwebhookconfigurations.admissionregistration.k8s.io";

    public void Validate(AdmissionRequest request)
    {
        if (!request.Type.Group.EndsWith(".istio.io", StringComparison.Ordinal)) return;
        foreach (var hook in request.Snapshot.List(Configurations).SelectMany(c => c.Parse().Objects("webhooks")))
        {
            if (!WebhookCalls.IsInProcess(hook) || !WebhookCalls.Matches(hook, request)) continue;
            if (!Answers(hook, request.Snapshot))
            {
                if (hook.Str("failurePolicy") != "Ignore") throw WebhookCalls.Unreachable(hook, request.Snapshot);
                continue;
            }
            var findings = MeshValidation.Check(request.Type.Kind, request.Object);
            // A webhook gives no reason of its own, so that the status has none.
            if (findings.Refusal is { } refusal) throw new ApiException(400, "", $"admission webhook \"{hook.Str("name")}\" denied the request: {refusal}");
            request.Options.Warnings.AddRange(findings.Warnings.Select(w => w.Text));
        }
    }

    private static bool Answers(JsonObject hook, StoreSnapshot snapshot) =>
        snapshot.Find("endpoints", hook.Str("clientConfig", "service", "namespace") ?? "", hook.Str("clientConfig", "service", "name") ?? "")?.Parse().Objects("subsets").Any(s => s.Arr("addresses") is { Count: > 0 }) == true;
}
