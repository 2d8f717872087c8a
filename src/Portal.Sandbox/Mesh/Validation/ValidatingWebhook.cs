using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Injection;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Istiod as the validating webhook that it is registered as. Asked when a registration covers the object; without an answer its failurePolicy decides.</summary>
internal sealed class ValidatingWebhook(IstiodWebhook.Cache webhooks) : IAdmissionPlugin
{
    /// <summary>What changes the inside of a real proxy, of which there is none here.</summary>
    private static readonly string[] s_notSimulated = ["EnvoyFilter", "WasmPlugin", "TrafficExtension"];

    public void Validate(AdmissionRequest request)
    {
        if (!request.Type.Group.EndsWith(".istio.io", StringComparison.Ordinal)) return;
        foreach (var webhook in webhooks.Of(request.Snapshot))
        {
            if (!webhook.IsValidator || !webhook.Matches(request)) continue;
            if (!webhook.Answers(request.Snapshot))
            {
                if (webhook.Hook.Str("failurePolicy") != "Ignore") throw WebhookCalls.Unreachable(webhook.Hook, request.Snapshot);
                continue;
            }
            var findings = MeshValidation.Check(request.Type.Kind, request.Object);
            // A webhook gives no reason of its own, so that the status has none.
            if (findings.Refusal is { } refusal) throw new ApiException(400, "", $"admission webhook \"{webhook.Name}\" denied the request: {refusal}");
            request.Options.Warnings.AddRange(findings.Warnings.Select(w => w.Text));
            if (Array.IndexOf(s_notSimulated, request.Type.Kind) >= 0) request.Options.Warnings.Add($"sandbox: this simulated mesh stores the {request.Type.Kind} and does not act on it");
        }
    }
}
