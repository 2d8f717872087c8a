using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Admission;

/// <summary>Refuses what would exceed a quota of its namespace. Usage is counted from the objects themselves, so it is never out of date.</summary>
internal sealed class ResourceQuotaAdmission : IAdmissionPlugin
{
    public void Validate(AdmissionRequest request)
    {
        if (!request.Type.Namespaced || request.Snapshot.Of("resourcequotas").Count == 0) return;
        // Only claims and services can come to use more by a change.
        if (!request.IsCreate && request.Type.Resource is not ("persistentvolumeclaims" or "services")) return;
        var ns = request.Object.Str("metadata", "namespace") ?? "";
        foreach (var stored in request.Snapshot.List("resourcequotas", ns))
        {
            var quota = stored.Parse();
            var isPod = request.Type.Resource == "pods";
            if (isPod && QuotaUsage.InScope(request.Object, quota) && string.Join("; ", QuotaUsage.Unspecified(request.Object, quota)) is { Length: > 0 } missing)
                throw Refuse(request, $"failed quota: {stored.Name}: must specify {missing}");
            var requested = QuotaUsage.By(request.Type.Resource, request.Object, quota);
            if (requested.Count == 0) continue;
            if (request.Old is { } old)
            {
                foreach (var (key, before) in QuotaUsage.By(request.Type.Resource, old, quota)) requested[key] = Quantity.Subtract(requested.GetValueOrDefault(key, "0"), before);
            }
            var used = QuotaUsage.Of(request.Snapshot, ns, quota);
            var hard = quota.Map("spec", "hard");
            var exceeded = requested.Where(r => Quantity.Compare(r.Value, "0") > 0 && Quantity.Compare(Quantity.Add(used.GetValueOrDefault(r.Key, "0"), r.Value), hard[r.Key]) > 0)
                .Select(r => r.Key).Order(StringComparer.Ordinal).ToList();
            if (exceeded.Count == 0) continue;
            string Show(Func<string, string> amount) => string.Join(',', exceeded.Select(k => $"{k}={amount(k)}"));
            throw Refuse(request, $"exceeded quota: {stored.Name}, requested: {Show(k => requested[k])}, used: {Show(k => used.GetValueOrDefault(k, "0"))}, limited: {Show(k => hard[k])}");
        }
    }

    private static ApiException Refuse(AdmissionRequest request, string why) => ApiError.Forbidden(request.Type, request.Object.Str("metadata", "name") ?? "", why);
}
