using System.IO.Compression;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Storage;

/// <summary>
/// One object at one resource version: UTF-8 at rest plus the few facts that selectors, owners and watches ask for.
/// Immutable. <see cref="Json"/> begins with apiVersion and kind.
/// </summary>
internal sealed class StoredObject
{
    /// <summary>Objects above this size are compressed at rest: definitions of custom resources, read seldom, are most of an idle cluster.</summary>
    private const int CompressAbove = 8 * 1024;

    private readonly byte[] _bytes;
    private readonly bool _compressed;

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
        if (obj.Str("kind") == "Pod")
        {
            NodeName = obj.Str("spec", "nodeName") ?? "";
            Phase = obj.Str("status", "phase") ?? "";
        }
        _bytes = obj.ToUtf8();
        Size = _bytes.Length;
        if (_bytes.Length <= CompressAbove) return;
        _bytes = Compress(_bytes);
        _compressed = true;
    }

    public byte[] Json => _compressed ? Decompress(_bytes) : _bytes;

    /// <summary>Bytes of the text, as budgets count it: also what is compressed at rest comes out whole.</summary>
    public int Size { get; }

    public long ResourceVersion { get; }
    public string Name { get; }
    public string Namespace { get; }
    public string Uid { get; }
    public bool IsDeleting { get; }
    public IReadOnlyDictionary<string, string> Labels { get; }
    public IReadOnlyList<string> Owners { get; }

    /// <summary>The node of a pod; empty for other kinds and before it has one.</summary>
    public string NodeName { get; } = "";

    /// <summary>The phase of a pod; empty for other kinds.</summary>
    public string Phase { get; } = "";

    /// <summary>A fresh mutable copy.</summary>
    public JsonObject Parse() => JsonExtensions.ParseObject(Json);

    private static byte[] Compress(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var deflate = new DeflateStream(buffer, CompressionLevel.Fastest)) deflate.Write(bytes);
        return buffer.ToArray();
    }

    private static byte[] Decompress(byte[] bytes)
    {
        using var buffer = new MemoryStream();
        using (var inflate = new DeflateStream(new MemoryStream(bytes), CompressionMode.Decompress)) inflate.CopyTo(buffer);
        return buffer.ToArray();
    }
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
