using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Json;

/// <summary>Short, null-tolerant reads of Kubernetes objects. A path that is absent or of another type reads as null.</summary>
internal static class JsonExtensions
{
    private static readonly JsonWriterOptions s_writer = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonSerializerOptions s_relaxed = new() { MaxDepth = 1000, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions s_stored = new() { MaxDepth = 1000 };

    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
        {
            if (node is not JsonObject obj || !obj.TryGetPropertyValue(part, out node)) return null;
        }
        return node;
    }

    public static string? Str(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue v && v.TryGetValue<string>(out var s) ? s : null;

    public static long? Num(this JsonNode? node, params ReadOnlySpan<string> path) => AsLong(node.At(path));

    public static int Int(this JsonNode? node, int fallback, params ReadOnlySpan<string> path) =>
        AsLong(node.At(path)) is { } n ? (int)Math.Clamp(n, int.MinValue, int.MaxValue) : fallback;

    /// <summary>A number, whole or not.</summary>
    public static double? Real(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is not JsonValue v ? null : v.TryGetValue<double>(out var d) ? d : AsLong(v);

    public static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue v && v.TryGetValue<bool>(out var b) ? b : null;

    public static JsonObject? Obj(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    public static JsonArray? Arr(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonArray;

    /// <summary>The objects of an array; anything else is passed over.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray a ? a.OfType<JsonObject>() : [];

    public static IEnumerable<string> Strings(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray a ? a.Select(x => x.Str()).OfType<string>() : [];

    /// <summary>The string values of a map such as labels.</summary>
    public static IReadOnlyDictionary<string, string> Map(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        if (node.At(path) is not JsonObject { Count: > 0 } obj) return EmptyMap;
        var map = new Dictionary<string, string>(obj.Count, StringComparer.Ordinal);
        foreach (var (key, value) in obj)
        {
            if (value.Str() is { } s) map[key] = s;
        }
        return map;
    }

    public static IReadOnlyDictionary<string, string> EmptyMap { get; } = new Dictionary<string, string>();

    /// <summary>The object at a property, made when it is missing or of another type.</summary>
    public static JsonObject Ensure(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject existing) return existing;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    public static JsonArray EnsureArray(this JsonObject parent, string name)
    {
        if (parent[name] is JsonArray existing) return existing;
        var made = new JsonArray();
        parent[name] = made;
        return made;
    }

    /// <summary>Sets a property that is absent (a JSON null counts as absent).</summary>
    public static void Default(this JsonObject parent, string name, JsonNode? value)
    {
        if (parent[name] is null) parent[name] = value;
    }

    public static T Copy<T>(this T node) where T : JsonNode => (T)node.DeepClone();

    public static byte[] ToUtf8(this JsonNode node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, s_writer)) node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>JSON text with only the escapes that JSON needs, as Go writes it.</summary>
    public static string ToText(this JsonNode node) => node.ToJsonString(s_relaxed);

    /// <summary>An object as it is stored: as deep as a body may have been, and what the API adds around it.</summary>
    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8) => (JsonObject)JsonNode.Parse(utf8, null, s_stored)!;

    public static bool Same(JsonNode? a, JsonNode? b) => JsonNode.DeepEquals(a, b);

    private static long? AsLong(JsonNode? node)
    {
        if (node is not JsonValue v) return null;
        if (v.TryGetValue<long>(out var l)) return l;
        if (v.TryGetValue<int>(out var i)) return i;
        return v.TryGetValue<double>(out var d) && d == Math.Floor(d) && Math.Abs(d) < 9e15 ? (long)d : null;
    }
}
