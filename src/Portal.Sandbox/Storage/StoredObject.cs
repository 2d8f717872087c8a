using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Storage;

/// <summary>
/// One object at one resource version: UTF-8 at rest plus the few facts that selectors, owners and watches ask for.
/// Immutable. <see cref="Json"/> begins with apiVersion and kind.
/// </summary>
internal sealed class StoredObject
{
    public StoredObject(JsonObject obj, long resourceVersion)
    {
        ResourceVersion = resourceVersion;
        var meta = obj.Obj("metadata");
        Name = meta.Str("name") ?? "";
        Namespace = meta.Str("namespace") ?? "";
        Uid = meta.Str("uid") ?? "";
        Labels = meta.Map("labels");
        IsDeleting = meta.Str("deletionTimestamp") is not null;
        Owners = [.. meta.Objects("ownerReferences").Select(o => o.Str("uid")).OfType<string>()];
        Json = obj.ToUtf8();
    }

    public byte[] Json { get; }
    public long ResourceVersion { get; }
    public string Name { get; }
    public string Namespace { get; }
    public string Uid { get; }
    public bool IsDeleting { get; }
    public IReadOnlyDictionary<string, string> Labels { get; }
    public IReadOnlyList<string> Owners { get; }

    /// <summary>A fresh mutable copy.</summary>
    public JsonObject Parse() => JsonExtensions.ParseObject(Json);
}

/// <summary>Sort key within a resource: namespace, then name, as etcd orders them.</summary>
internal readonly record struct ObjectName(string Namespace, string Name) : IComparable<ObjectName>
{
    public int CompareTo(ObjectName other)
    {
        var c = string.CompareOrdinal(Namespace, other.Namespace);
        return c != 0 ? c : string.CompareOrdinal(Name, other.Name);
    }
}
