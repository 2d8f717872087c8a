using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Api;

/// <summary>
/// OpenAPI v3, one document per group and version, compressed once and cached by clients for a year under its hash.
/// Documents of built-in groups are shared by all clusters.
/// </summary>
internal sealed class OpenApi(ResourceCatalog catalog)
{
    private static readonly ConcurrentDictionary<string, Entry> s_builtIn = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Path, long Version), Entry> _custom = new();

    private sealed record Entry(byte[] Plain, byte[] Gzip, string Hash);

    public async Task HandleAsync(HttpContext http, string path)
    {
        if (path == "/openapi/v3")
        {
            var paths = new JsonObject();
            foreach (var p in GroupVersionPaths()) paths[p] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{p}?hash={Get(p).Hash}" };
            await ApiHandler.WriteAsync(http, 200, new JsonObject { ["paths"] = paths }.ToUtf8()).ConfigureAwait(false);
            return;
        }
        const string Prefix = "/openapi/v3/";
        var name = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "";
        if (!GroupVersionPaths().Contains(name)) throw ApiError.PathNotFound();
        var entry = Get(name);
        var headers = http.Response.Headers;
        headers.ETag = $"\"{entry.Hash}\"";
        headers.Vary = "Accept";
        if (http.Request.Get("hash") == entry.Hash)
        {
            headers.CacheControl = "public, immutable";
            headers.Expires = DateTimeOffset.UnixEpoch.AddYears(130).ToString("R");
        }
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            headers.ContentEncoding = "gzip";
            await ApiHandler.WriteAsync(http, 200, entry.Gzip).ConfigureAwait(false);
        }
        else await ApiHandler.WriteAsync(http, 200, entry.Plain).ConfigureAwait(false);
    }

    private IEnumerable<string> GroupVersionPaths() => catalog.All.Select(r => PathOf(r)).Distinct();

    private static string PathOf(ResourceType r) => r.Group.Length == 0 ? "api/" + r.Version : $"apis/{r.Group}/{r.Version}";

    private Entry Get(string path)
    {
        var types = catalog.All.Where(r => PathOf(r) == path).ToList();
        return types.Exists(t => t.Custom is not null)
            ? _custom.GetOrAdd((path, catalog.Version), _ => Build(types))
            : s_builtIn.GetOrAdd(path, _ => Build(types));
    }

    private static Entry Build(List<ResourceType> types)
    {
        var schemas = new JsonObject();
        var paths = new JsonObject();
        foreach (var type in types)
        {
            var name = ComponentName(type);
            AddComponent(schemas, name, type.Schema);
            ((JsonObject)schemas[name]!)["x-kubernetes-group-version-kind"] = new JsonArray(GroupVersionKind(type));
            AddPaths(paths, type, name);
        }
        var plain = new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.33.4" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        }.ToUtf8();
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal)) gzip.Write(plain);
        return new(plain, buffer.ToArray(), Convert.ToHexString(SHA256.HashData(plain))[..32]);
    }

    private static JsonObject GroupVersionKind(ResourceType t) => new() { ["group"] = t.Group, ["kind"] = t.Kind, ["version"] = t.Version };

    private static string ComponentName(ResourceType t) => t.Schema.FullName ?? $"{string.Join('.', t.Group.Split('.').Reverse())}.{t.Version}.{t.Kind}";

    private static void AddPaths(JsonObject paths, ResourceType t, string component)
    {
        var root = t.Group.Length == 0 ? $"/api/{t.Version}" : $"/apis/{t.Group}/{t.Version}";
        var collection = root + (t.Namespaced ? "/namespaces/{namespace}/" : "/") + t.Plural;
        JsonObject Body(params string[] contentTypes) => new()
        {
            ["content"] = new JsonObject(contentTypes.Select(c => new KeyValuePair<string, JsonNode?>(c, new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/" + component } }))),
        };
        JsonObject Operation(string action, JsonObject? body = null)
        {
            var operation = new JsonObject
            {
                ["operationId"] = $"{action}{t.Kind}",
                ["parameters"] = new JsonArray([.. (action is "read" or "list" ? new[] { "pretty" } : ["dryRun", "fieldManager", "fieldValidation"]).Select(p => new JsonObject { ["name"] = p, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string" } })]),
                ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
                ["x-kubernetes-action"] = action,
                ["x-kubernetes-group-version-kind"] = GroupVersionKind(t),
            };
            if (body is not null) operation["requestBody"] = body;
            return operation;
        }
        paths[collection] = new JsonObject { ["get"] = Operation("list"), ["post"] = Operation("post", Body("application/json", "application/yaml")) };
        if (!t.Verbs.Contains("patch")) return;
        // kubectl decides by this list how it may patch.
        var patches = t.Custom is null
            ? new[] { "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json" }
            : ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"];
        paths[collection + "/{name}"] = new JsonObject
        {
            ["get"] = Operation("get"),
            ["put"] = Operation("put", Body("application/json", "application/yaml")),
            ["patch"] = Operation("patch", Body(patches)),
            ["delete"] = Operation("delete"),
        };
    }

    private static void AddComponent(JsonObject schemas, string name, SchemaNode node)
    {
        if (schemas.ContainsKey(name)) return;
        var component = new JsonObject { ["type"] = "object" };
        schemas[name] = component;
        if (node.PreserveUnknown) component["x-kubernetes-preserve-unknown-fields"] = true;
        var properties = new JsonObject();
        foreach (var (property, child) in node.Properties) properties[property] = Shape(schemas, child);
        if (properties.Count > 0) component["properties"] = properties;
        if (node.Rules is { Required.Count: > 0 } rules) component["required"] = new JsonArray([.. rules.Required.Select(r => (JsonNode)r)]);
    }

    private static JsonObject Shape(JsonObject schemas, SchemaNode node)
    {
        switch (node.Type)
        {
            case SchemaType.Object when node.FullName is { } name:
                AddComponent(schemas, name, node);
                return new() { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = "#/components/schemas/" + name }), ["default"] = new JsonObject() };
            case SchemaType.Object:
                var inline = new JsonObject { ["type"] = "object" };
                if (node.PreserveUnknown) inline["x-kubernetes-preserve-unknown-fields"] = true;
                if (node.Properties.Count > 0) inline["properties"] = new JsonObject(node.Properties.Select(p => new KeyValuePair<string, JsonNode?>(p.Key, Shape(schemas, p.Value))));
                return inline;
            case SchemaType.Map: return new() { ["type"] = "object", ["additionalProperties"] = Shape(schemas, node.Items!) };
            case SchemaType.Array:
                var array = new JsonObject { ["type"] = "array", ["items"] = Shape(schemas, node.Items!) };
                if (node.PatchMergeKey is { } key)
                {
                    array["x-kubernetes-patch-strategy"] = node.RetainKeys ? "merge,retainKeys" : "merge";
                    if (key.Length > 0) array["x-kubernetes-patch-merge-key"] = key;
                }
                array["x-kubernetes-list-type"] = node.ListType switch { ListType.Map => "map", ListType.Set => "set", _ => "atomic" };
                if (node.ListKeys.Count > 0) array["x-kubernetes-list-map-keys"] = new JsonArray([.. node.ListKeys.Select(k => (JsonNode)k)]);
                return array;
            case SchemaType.Integer: return new() { ["type"] = "integer", ["format"] = node.GoType == "int64" ? "int64" : "int32" };
            case SchemaType.Number: return new() { ["type"] = "number", ["format"] = "double" };
            case SchemaType.Boolean: return new() { ["type"] = "boolean" };
            case SchemaType.IntOrString: return new() { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }), ["format"] = "int-or-string" };
            case SchemaType.Time: return new() { ["type"] = "string", ["format"] = "date-time" };
            case SchemaType.Bytes: return new() { ["type"] = "string", ["format"] = "byte" };
            case SchemaType.Any: return [];
            default: return new() { ["type"] = "string" };
        }
    }
}
