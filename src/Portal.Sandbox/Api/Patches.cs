using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Api;

/// <summary>JSON merge patch (RFC 7386) and JSON patch (RFC 6902).</summary>
internal static class Patches
{
    public static JsonNode? Merge(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        var result = target is JsonObject existing ? existing : [];
        foreach (var (name, value) in changes)
        {
            if (value is null) result.Remove(name);
            else
            {
                var child = result[name];
                var merged = Merge(child, value);
                if (!ReferenceEquals(child, merged)) result[name] = merged;
            }
        }
        return result;
    }

    /// <exception cref="ApiException">An operation does not apply.</exception>
    public static JsonObject Json(JsonObject target, JsonNode? patch)
    {
        if (patch is not JsonArray operations) throw ApiError.BadRequest("json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        JsonNode root = target;
        foreach (var op in operations)
        {
            var path = Split(op.Str("path") ?? throw ApiError.BadRequest("jsonpatch operation has no path"));
            switch (op.Str("op"))
            {
                case "add": root = Set(root, path, op!["value"]?.DeepClone(), insert: true); break;
                case "replace":
                    if (path.Length > 0 && !Exists(root, path)) throw Unprocessable();
                    root = Set(root, path, op!["value"]?.DeepClone(), insert: false);
                    break;
                case "remove": Remove(root, path, op.Str("path")!); break;
                case "test":
                    if (!JsonNode.DeepEquals(Get(root, path), op!["value"])) throw Unprocessable();
                    break;
                case "move":
                    var from = Split(op.Str("from") ?? "");
                    var moved = Get(root, from)?.DeepClone();
                    Remove(root, from, op.Str("from") ?? "");
                    root = Set(root, path, moved, insert: true);
                    break;
                case "copy": root = Set(root, path, Get(root, Split(op.Str("from") ?? ""))?.DeepClone(), insert: true); break;
                default: throw Unprocessable();
            }
        }
        return root as JsonObject ?? throw Unprocessable();
    }

    /// <summary>The API server keeps the reason to itself (kubectl shows only this), so the sandbox does too.</summary>
    private static ApiException Unprocessable() => new(422, "Invalid", "the server rejected our request due to an error in our request", new JsonObject());

    private static string[] Split(string pointer) => pointer.Length == 0 ? []
        : [.. pointer[1..].Split('/').Select(p => p.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static JsonNode? Get(JsonNode? node, ReadOnlySpan<string> path)
    {
        foreach (var part in path)
        {
            node = node switch
            {
                JsonObject o => o[part],
                JsonArray a when int.TryParse(part, out var i) && i >= 0 && i < a.Count => a[i],
                _ => null,
            };
        }
        return node;
    }

    private static bool Exists(JsonNode root, string[] path) => Get(root, path.AsSpan(0, path.Length - 1)) switch
    {
        JsonObject o => o.ContainsKey(path[^1]),
        JsonArray a => int.TryParse(path[^1], out var i) && i >= 0 && i < a.Count,
        _ => false,
    };

    private static JsonNode Set(JsonNode root, string[] path, JsonNode? value, bool insert)
    {
        if (path.Length == 0) return value ?? new JsonObject();
        switch (Get(root, path.AsSpan(0, path.Length - 1)))
        {
            case JsonObject o: o[path[^1]] = value; break;
            case JsonArray a when path[^1] == "-": a.Add(value); break;
            case JsonArray a when int.TryParse(path[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var i) && i <= a.Count:
                if (insert) a.Insert(i, value);
                else a[i] = value;
                break;
            default: throw Unprocessable();
        }
        return root;
    }

    private static void Remove(JsonNode root, string[] path, string shown)
    {
        if (path.Length == 0 || !Exists(root, path)) throw Unprocessable();
        switch (Get(root, path.AsSpan(0, path.Length - 1)))
        {
            case JsonObject o: o.Remove(path[^1]); break;
            case JsonArray a: a.RemoveAt(int.Parse(path[^1], CultureInfo.InvariantCulture)); break;
        }
    }
}
