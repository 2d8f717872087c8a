using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>A signing request says who made it; nobody else can (kubernetes/pkg/registry/certificates/certificates/strategy.go).</summary>
internal sealed class CertificateRequestAdmission : IAdmissionPlugin
{
    public void Mutate(AdmissionRequest request)
    {
        if (!request.IsCreate || request.Type.Resource != "certificatesigningrequests.certificates.k8s.io" || request.Options.Identity is not { } user) return;
        var spec = request.Object.Ensure("spec");
        spec["username"] = user.Name;
        spec["groups"] = new JsonArray([.. user.Groups.Select(g => (JsonNode)g)]);
    }
}
