using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema.Protobuf;

namespace Portal.Sandbox.Api;

/// <summary>A body that cannot be parsed.</summary>
internal sealed class JsonSyntaxException(string message) : ApiException(400, "BadRequest", message);

/// <summary>Reads JSON, YAML and protobuf bodies. Whatever is malformed becomes a 400 with the decoder's words.</summary>
internal static class RequestBody
{
    /// <summary>The API server's limit for a request body.</summary>
    public const int Limit = 3 * 1024 * 1024;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 256, AllowDuplicateProperties = false };
    private static readonly JsonDocumentOptions s_lenient = new() { MaxDepth = 256 };

    public static async Task<byte[]> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > Limit) throw ApiError.TooLarge(Limit);
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int n;
        while ((n = await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            buffer.Write(chunk, 0, n);
            if (buffer.Length > Limit) throw ApiError.TooLarge(Limit);
        }
        return buffer.ToArray();
    }

    /// <param name="kind">What the path takes, for error texts.</param>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, string kind, CancellationToken cancellationToken)
    {
        var body = await ReadBytesAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            return Parse(body, request.ContentType) as JsonObject ?? throw new JsonSyntaxException(GoJson.NotAnObject(body));
        }
        catch (JsonSyntaxException e)
        {
            throw ApiError.BadRequest($"the object provided is unrecognized (must be of type {kind}): {e.Message} ({GoJson.Summary(body)})");
        }
    }

    /// <summary>The body, or an empty object when there is none.</summary>
    public static async Task<JsonObject> ReadOptionalAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var body = await ReadBytesAsync(request, cancellationToken).ConfigureAwait(false);
        return body.Length == 0 ? [] : Parse(body, request.ContentType) as JsonObject ?? [];
    }

    public static JsonNode? Parse(byte[] body, string? contentType)
    {
        var type = contentType?.Split(';')[0].Trim() ?? "application/json";
        try
        {
            if (type == "application/vnd.kubernetes.protobuf" || ProtobufReader.IsProtobuf(body)) return ProtobufReader.Read(body);
            body = Utf8Text.Repair(body);
            if (type.EndsWith("yaml", StringComparison.Ordinal) && (body.Length == 0 || body[0] != (byte)'{')) return YamlReader.ReadAll(System.Text.Encoding.UTF8.GetString(body)).FirstOrDefault();
            if (type is "application/json" or "application/yaml" || type.EndsWith("+json", StringComparison.Ordinal) || type.EndsWith("+yaml", StringComparison.Ordinal) || type == "*/*") return JsonNode.Parse(body, null, s_json);
        }
        catch (JsonException e) when (e.Message.Contains("duplicate", StringComparison.OrdinalIgnoreCase))
        {
            return Deduplicate(body);
        }
        catch (JsonException e)
        {
            throw new JsonSyntaxException("couldn't get version/kind; json parse error: " + GoJson.Describe(body, e));
        }
        catch (Exception e) when (e is ProtobufFormatException or YamlDotNet.Core.YamlException or InvalidOperationException or ArgumentException)
        {
            throw new JsonSyntaxException("couldn't get version/kind; json parse error: " + e.Message);
        }
        throw ApiError.UnsupportedMediaType(type, "application/json", "application/yaml", "application/vnd.kubernetes.protobuf");
    }

    /// <summary>As Go does, the last of several equal keys wins.</summary>
    private static JsonNode? Deduplicate(byte[] body)
    {
        using var document = JsonDocument.Parse(body, s_lenient);
        return Convert(document.RootElement);

        static JsonNode? Convert(JsonElement e)
        {
            switch (e.ValueKind)
            {
                case JsonValueKind.Object:
                    var obj = new JsonObject();
                    foreach (var p in e.EnumerateObject()) obj[p.Name] = Convert(p.Value);
                    return obj;
                case JsonValueKind.Array: return new JsonArray([.. e.EnumerateArray().Select(Convert)]);
                case JsonValueKind.Null: return null;
                default: return JsonValue.Create(e.Clone());
            }
        }
    }
}
