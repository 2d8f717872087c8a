using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Admission;

/// <param name="Object">The object as it would be stored; mutating plug-ins change it in place.</param>
/// <param name="Old">The stored object on update; null on create.</param>
internal sealed record AdmissionRequest(ResourceType Type, JsonObject Object, JsonObject? Old, StoreSnapshot Snapshot, WriteOptions Options)
{
    public bool IsCreate => Old is null;

    /// <summary>The part that is written; empty for the object itself.</summary>
    public string Subresource { get; init; } = "";
}

/// <summary>One admission plug-in. Runs under the cluster's write lock: no waiting, no writing.</summary>
internal interface IAdmissionPlugin
{
    /// <summary>May change the object before validation.</summary>
    void Mutate(AdmissionRequest request) { }

    /// <summary>May refuse the object by throwing an <see cref="ApiException"/>.</summary>
    void Validate(AdmissionRequest request) { }
}

internal sealed class AdmissionChain(IReadOnlyList<IAdmissionPlugin> plugins)
{
    public void Mutate(AdmissionRequest request)
    {
        foreach (var p in plugins) p.Mutate(request);
    }

    public void Validate(AdmissionRequest request)
    {
        foreach (var p in plugins) p.Validate(request);
    }
}
