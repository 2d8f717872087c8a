using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>Gives pods the default service account and its token volume (kubernetes/plugin/pkg/admission/serviceaccount).</summary>
internal sealed class ServiceAccountAdmission : IAdmissionPlugin
{
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "pods" || !request.IsCreate) return;
        var spec = request.Object.Ensure("spec");
        spec.Default("serviceAccountName", "default");
        spec.Default("serviceAccount", spec.Str("serviceAccountName"));
        var account = request.Snapshot.Find("serviceaccounts", request.Object.Str("metadata", "namespace") ?? "", spec.Str("serviceAccountName")!);
        if (account is null)
        {
            throw ApiError.Forbidden(request.Type, request.Object.Str("metadata", "name") ?? "",
                $"error looking up service account {request.Object.Str("metadata", "namespace")}/{spec.Str("serviceAccountName")}: serviceaccount \"{spec.Str("serviceAccountName")}\" not found");
        }
        if (spec.Flag("automountServiceAccountToken") == false) return;
        var name = "kube-api-access-" + ResourceOperations.RandomSuffix();
        var used = false;
        foreach (var c in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            if (c.Objects("volumeMounts").Any(m => m.Str("mountPath") == MountPath)) continue;
            c.EnsureArray("volumeMounts").Add(new JsonObject { ["name"] = name, ["readOnly"] = true, ["mountPath"] = MountPath });
            used = true;
        }
        if (used) spec.EnsureArray("volumes").Add(Volume(name));
    }

    private static JsonObject Volume(string name) => new()
    {
        ["name"] = name,
        ["projected"] = new JsonObject
        {
            ["sources"] = new JsonArray(
                new JsonObject { ["serviceAccountToken"] = new JsonObject { ["expirationSeconds"] = 3607, ["path"] = "token" } },
                new JsonObject { ["configMap"] = new JsonObject { ["name"] = "kube-root-ca.crt", ["items"] = new JsonArray(new JsonObject { ["key"] = "ca.crt", ["path"] = "ca.crt" }) } },
                new JsonObject { ["downwardAPI"] = new JsonObject { ["items"] = new JsonArray(new JsonObject { ["path"] = "namespace", ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.namespace" } }) } }),
            ["defaultMode"] = 420,
        },
    };
}
