using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>Gives a claim that names no storage class the cluster's default one.</summary>
internal sealed class DefaultStorageClassAdmission : IAdmissionPlugin
{
    private const string Annotation = "storageclass.kubernetes.io/is-default-class";

    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "persistentvolumeclaims" || !request.IsCreate || request.Object.At("spec", "storageClassName") is not null) return;
        var fallback = request.Snapshot.List("storageclasses.storage.k8s.io").Select(c => c.Parse()).Where(c => c.Str("metadata", "annotations", Annotation) == "true")
            .OrderByDescending(c => c.Str("metadata", "creationTimestamp"), StringComparer.Ordinal).FirstOrDefault();
        if (fallback is not null) request.Object.Ensure("spec")["storageClassName"] = fallback.Str("metadata", "name");
    }
}
