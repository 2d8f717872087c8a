using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Admission;

/// <summary>Keeps claims and volumes that are in use (plugin/pkg/admission/storage/storageobjectinuseprotection).</summary>
internal sealed class StorageProtectionAdmission : IAdmissionPlugin
{
    public void Mutate(AdmissionRequest request)
    {
        if (!request.IsCreate) return;
        var finalizer = request.Type.Resource switch { "persistentvolumeclaims" => "kubernetes.io/pvc-protection", "persistentvolumes" => "kubernetes.io/pv-protection", _ => null };
        if (finalizer is null) return;
        request.Object.Ensure("status").Default("phase", "Pending");
        var list = request.Object.Ensure("metadata").EnsureArray("finalizers");
        if (!list.Any(f => f.Str() == finalizer)) list.Add(finalizer);
    }
}
