using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace Portal.Clusters.Schemas;

/// <summary>
/// OpenAPI documents in memory: most clusters have the same ones, and each is here once, by what is in it, for as long
/// as somebody uses it. Thread-safe.
/// </summary>
internal static class SchemaDocuments
{
    private static readonly ConcurrentDictionary<string, WeakReference<SchemaDocument>> s_known = new(
        StringComparer.Ordinal
    );

    /// <exception cref="JsonException">It is none.</exception>
    public static SchemaDocument Of(byte[] json)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(json));
        if (s_known.TryGetValue(digest, out var known) && known.TryGetTarget(out var document)) return document;
        using var parsed = JsonDocument.Parse(json);
        document = new SchemaDocument(parsed.RootElement.Clone());
        s_known[digest] = new(document);
        foreach (var (other, reference) in s_known)
            if (!reference.TryGetTarget(out _)) s_known.TryRemove(new(other, reference));
        return document;
    }
}

internal sealed class SchemaDocument(JsonElement json)
{
    private readonly ConcurrentDictionary<(string, string, string), FieldSchema?> _kinds = new();

    public FieldSchema? Find(ServedKind kind) =>
        _kinds.GetOrAdd(
            (kind.Group, kind.Version, kind.Kind),
            k => FieldSchema.Of(json, k.Item1, k.Item2, k.Item3)
        );
}
