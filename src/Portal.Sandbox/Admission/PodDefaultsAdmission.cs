using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>What DefaultTolerationSeconds and the pod strategy add to every pod.</summary>
internal sealed class PodDefaultsAdmission : IAdmissionPlugin
{
    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "pods" || !request.IsCreate) return;
        var spec = request.Object.Ensure("spec");
        if (spec.Str("runtimeClassName") is { } runtime && request.Snapshot.Find("runtimeclasses.node.k8s.io", "", runtime) is null)
            throw ApiError.Forbidden(request.Type, request.Object.Str("metadata", "name") ?? "", $"pod rejected: RuntimeClass \"{runtime}\" not found");
        spec.Default("enableServiceLinks", true);
        var tolerations = spec.EnsureArray("tolerations");
        foreach (var key in (ReadOnlySpan<string>)["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"])
        {
            var wanted = key;
            if (tolerations.Any(t => t.Str("key") == wanted)) continue;
            tolerations.Add(new JsonObject { ["key"] = key, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = 300 });
        }
    }
}
