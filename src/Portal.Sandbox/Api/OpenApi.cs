using System.Collections.Concurrent;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>
/// OpenAPI v3, one document per group and version, compressed once and cached by clients for a year under its hash; and the
/// v2 document that older clients ask for. Documents of built-in groups are shared by all clusters.
/// </summary>
/// <param name="definition">The CustomResourceDefinition of that name: documents show its schema as its author wrote it.</param>
internal sealed class OpenApi(ResourceCatalog catalog, Func<string, JsonObject?> definition)
{
    private static readonly ConcurrentDictionary<string, Entry> s_builtIn = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Path, long Version), Entry> _custom = new();

    /// <summary>Only the compressed form stays in memory.</summary>
    private sealed record Entry(byte[] Gzip, string Hash)
    {
        public static Entry Of(byte[] plain)
        {
            using var buffer = new MemoryStream();
            using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal)) gzip.Write(plain);
            return new(buffer.ToArray(), Convert.ToHexString(SHA256.HashData(plain)));
        }
    }

    public async Task HandleAsync(HttpContext http, string path)
    {
        if (path == "/openapi/v2")
        {
            // Older clients cannot parse JSON here, and newer ones cannot name the protobuf type: "@" is no token of a media type.
            var json = http.Request.Headers.Accept.ToString().StartsWith("application/json", StringComparison.Ordinal);
            await WriteAsync(http, V2(json), json ? "application/json" : "application/octet-stream").ConfigureAwait(false);
            return;
        }
        if (path == "/openapi/v3")
        {
            var paths = new JsonObject();
            foreach (var p in GroupVersionPaths())
                paths[p] = new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{p}?hash={Get(p).Hash}" };
            await ResponseWriter
                .WriteAsync(http, 200, new JsonObject { ["paths"] = paths }.ToUtf8())
                .ConfigureAwait(false);
            return;
        }
        const string Prefix = "/openapi/v3/";
        var name = path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "";
        if (!GroupVersionPaths().Contains(name)) throw ApiError.PathNotFound();
        var entry = Get(name);
        if (http.Request.Get("hash") == entry.Hash)
        {
            http.Response.Headers.CacheControl = "public, immutable";
            http.Response.Headers.Expires = DateTimeOffset.UnixEpoch.AddYears(130).ToString("R");
        }
        await WriteAsync(http, entry, "application/json").ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext http, Entry entry, string contentType)
    {
        var headers = http.Response.Headers;
        headers.ETag = $"\"{entry.Hash}\"";
        headers.Vary = "Accept";
        if (http.Request.Headers.IfNoneMatch == headers.ETag)
        {
            http.Response.StatusCode = 304;
            return;
        }
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            headers.ContentEncoding = "gzip";
            await ResponseWriter.WriteAsync(http, 200, entry.Gzip, contentType).ConfigureAwait(false);
            return;
        }
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(entry.Gzip), CompressionMode.Decompress)) gzip.CopyTo(plain);
        await ResponseWriter.WriteAsync(http, 200, plain.ToArray(), contentType).ConfigureAwait(false);
    }

    private IEnumerable<string> GroupVersionPaths() => catalog.All.Select(PathOf).Distinct();

    private static string PathOf(ResourceType r) => r.Group.Length == 0 ? "api/" + r.Version : $"apis/{r.Group}/{r.Version}";

    private Entry Get(string path)
    {
        var types = catalog.All.Where(r => PathOf(r) == path).ToList();
        return types.Exists(t => t.Custom is not null)
            ? Custom(path, () => Entry.Of(OpenApiDocument.V3(types, definition).ToUtf8()))
            : s_builtIn.GetOrAdd(path, _ => Entry.Of(OpenApiDocument.V3(types, definition).ToUtf8()));
    }

    private Entry V2(bool json)
    {
        var path = json ? "v2.json" : "v2.pb";
        Entry Build()
        {
            var document = OpenApiDocument.V2([.. catalog.All], definition);
            return Entry.Of(json ? document.ToUtf8() : OpenApiProtobuf.Write(document));
        }
        return catalog.Custom.Any() ? Custom(path, Build) : s_builtIn.GetOrAdd(path, _ => Build());
    }

    /// <summary>Documents with custom resources are kept until the next definition changes.</summary>
    private Entry Custom(string path, Func<Entry> build)
    {
        var version = catalog.Version;
        foreach (var key in _custom.Keys)
        {
            if (key.Version != version) _custom.TryRemove(key, out _);
        }
        return _custom.GetOrAdd((path, version), _ => build());
    }
}
