using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Tests.Api;

/// <summary>A valid request with some of its parts damaged.</summary>
internal sealed record FuzzedRequest(string Method, string Path, string? ContentType, byte[] Body, string? Header)
{
    private static readonly string[] s_queries =
    [
        "", "", "", "?watch=true&timeoutSeconds=1", "?limit=2", "?limit=-1", "?limit=99999999999999999999", "?labelSelector=a%20in%20(b,c)", "?labelSelector=%21%21", "?labelSelector=a%3D%3D%3D", "?fieldSelector=metadata.name%3Dx", "?fieldSelector=%00",
        "?continue=%ff%fe", "?continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MX0", "?resourceVersion=abc", "?resourceVersion=-5", "?resourceVersion=0&resourceVersionMatch=Exact", "?resourceVersionMatch=NotOlderThan", "?watch=true&sendInitialEvents=true&timeoutSeconds=1",
        "?dryRun=All", "?dryRun=Some", "?fieldManager=x&force=true", "?force=perhaps", "?fieldValidation=Strict", "?fieldValidation=Loud", "?propagationPolicy=Orphan", "?gracePeriodSeconds=-9", "?pretty=true", "?timeoutSeconds=x&watch=1", "?a=b&a=c&=&&&%zz",
    ];

    private static readonly string[] s_suffixes = ["", "", "", "", "", "/status", "/scale", "/log", "/exec?command=ls&stdout=true", "/attach", "/portforward?ports=80", "/eviction", "/binding", "/token", "/proxy/x", "/ephemeralcontainers", "/finalize", "/..", "/../../..", "/%2e%2e/%2e%2e", "/%00", "//", "/a%2fb", "/\u00e9", "/" + new string('x', 3000)];

    private static readonly string[] s_types = ["application/json", "application/json", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml", "text/plain", "application/json; charset=utf-16", "a/b/c"];

    private static readonly string[] s_methods = ["GET", "GET", "POST", "POST", "POST", "PUT", "PUT", "PATCH", "PATCH", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"];

    private static readonly string?[] s_headers =
    [
        null, null, null, null, "Accept: application/json;as=Table;v=v1;g=meta.k8s.io", "Accept: application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", "Accept: application/vnd.kubernetes.protobuf", "Accept: ;;;,,,", "Accept: text/html", "Accept-Encoding: gzip;q=x", "Impersonate-User: jane", "Impersonate-Group: x",
        "Impersonate-Extra-%zz: 1", "Authorization: Bearer", "Authorization: Basic eDp5", "Authorization: Bearer another", "Content-Encoding: gzip", "Upgrade: SPDY/3.1", "Connection: Upgrade", "X-Stream-Protocol-Version: v9.channel.k8s.io", "Range: bytes=-1", "Expect: nothing",
    ];

    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1e999", "9223372036854775808", "1.5", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "\"x\"", "[]", "{}", "[null]", "[[[[[[]]]]]]", "{\"\":null}", "{\"$patch\":\"delete\"}", "{\"$patch\":\"replace\"}", "{\"$retainKeys\":[1]}", "{\"$setElementOrder/containers\":[{\"name\":1}]}",
        "\"" + new string('y', 5000) + "\"", "\"1Gi\"", "\"2024-01-02T03:04:05Z\"", "\"../..\"", "[{\"op\":\"replace\",\"path\":\"/metadata/name\",\"value\":1}]", "{\"name\":null}", "[1,\"a\",{}]", "12345678901234567890123456789012345678901234567890",
    ];

    private static readonly string[] s_patches =
    [
        "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"a\":\"b\"}}]", "[{\"op\":\"remove\",\"path\":\"/spec\"}]", "[{\"op\":\"move\",\"from\":\"/metadata\",\"path\":\"/metadata/x\"}]", "[{\"op\":\"copy\",\"from\":\"\",\"path\":\"/data\"}]", "[{\"op\":\"test\",\"path\":\"/kind\",\"value\":\"x\"}]",
        "{\"metadata\":{\"labels\":{\"a\":null}}}", "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"nginx:2\"}]}}}}", "{\"spec\":null}", "{\"metadata\":{\"finalizers\":[\"a.b/c\"],\"$deleteFromPrimitiveList/finalizers\":[\"x\"]}}", "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"gracePeriodSeconds\":0,\"preconditions\":{\"uid\":\"x\"}}",
    ];

    /// <summary>Opened only: what answers with 200 may go on for ever.</summary>
    public bool IsStream => Path.Contains("watch", StringComparison.Ordinal) || Path.Contains("/log", StringComparison.Ordinal);

    public static Gen<FuzzedRequest> Generator()
    {
        var seeds = KindObjects.All.Select(o => (Json: KindObjects.Named(o, "fuzz"), Type: BuiltInResources.All.First(r => r.ApiVersion == o.Str("apiVersion") && r.Kind == o.Str("kind")))).ToArray();
        return from seed in Any(seeds)
               from method in Any(s_methods)
               from named in Gen.Bool
               from suffix in Any(s_suffixes)
               from query in Any(s_queries)
               from contentType in Any(s_types)
               from header in Any(s_headers)
               from shape in Gen.Int[0, 9]
               from random in Gen.Int[0, int.MaxValue - 1]
               select Make(seed.Json, seed.Type, method, named, suffix, query, contentType, header, shape, new Random(random));
    }

    private static Gen<T> Any<T>(T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    public HttpRequestMessage ToMessage(string address)
    {
        var request = new HttpRequestMessage(new HttpMethod(Method), new Uri(address + Path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (Method is not ("GET" or "HEAD" or "TRACE"))
        {
            request.Content = new ByteArrayContent(Body);
            if (ContentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }
        if (Header is null) return request;
        var colon = Header.IndexOf(':', StringComparison.Ordinal);
        var (name, value) = (Header[..colon], Header[(colon + 2)..]);
        if (name == "Authorization") request.Headers.Authorization = AuthenticationHeaderValue.TryParse(value, out var parsed) ? parsed : null;
        else if (!request.Headers.TryAddWithoutValidation(name, value)) request.Content?.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    public override string ToString() => $"{Method} {Path} [{ContentType}] {Header} {Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(Body.Length, 1000)))}";

    private static FuzzedRequest Make(JsonObject json, ResourceType type, string method, bool named, string suffix, string query, string contentType, string? header, int shape, Random random)
    {
        var root = type.Group.Length == 0 ? "/api/v1" : $"/apis/{type.ApiVersion}";
        var path = $"{root}{(type.Namespaced ? "/namespaces/default" : "")}/{type.Plural}";
        if (method is "PUT" or "PATCH" || (named && method != "POST")) path += "/" + json.Str("metadata", "name") + suffix;
        if (path.Contains('?', StringComparison.Ordinal) && query.Length > 0) query = "&" + query[1..];
        if (shape == 0) path = Flip(path, random);
        var text = method == "PATCH" && random.Next(2) == 0 ? s_patches[random.Next(s_patches.Length)] : Swap(json, shape is 1 or 2 or 3 ? random.Next(1, 4) : 0, random);
        var body = contentType == "application/vnd.kubernetes.protobuf" ? ProtobufOf(type, json.Str("metadata", "name")!, random) : Encoding.UTF8.GetBytes(text);
        switch (shape)
        {
            case 4: body = body[..random.Next(body.Length + 1)]; break;
            case 5:
                for (var i = random.Next(1, 6); i > 0 && body.Length > 0; i--) body[random.Next(body.Length)] = (byte)random.Next(256);
                break;
            case 6: body = Encoding.UTF8.GetBytes(Deep(text, random.Next(1, 2000))); break;
            case 7: random.NextBytes(body); break;
        }
        return new(method, path + query, contentType, body, header);
    }

    /// <summary>The envelope of typed clients around an object that has a name and whatever may follow.</summary>
    private static byte[] ProtobufOf(ResourceType type, string name, Random random)
    {
        var more = new byte[random.Next(40)];
        random.NextBytes(more);
        byte[] raw = [.. Field(1, Field(1, Encoding.UTF8.GetBytes(name))), .. random.Next(2) == 0 ? more : []];
        return [.. "k8s\0"u8, .. Field(1, [.. Field(1, Encoding.UTF8.GetBytes(type.ApiVersion)), .. Field(2, Encoding.UTF8.GetBytes(type.Kind))]), .. Field(2, raw)];
    }

    private static byte[] Field(int number, byte[] value) => [(byte)(number << 3 | 2), (byte)(value.Length & 0x7f | 0x80), (byte)(value.Length >> 7), .. value];

    /// <summary>Puts values of other types into places of the object.</summary>
    private static string Swap(JsonObject json, int times, Random random)
    {
        var copy = json.Copy();
        var text = copy.ToText();
        for (; times > 0; times--)
        {
            var places = new List<(JsonObject, string)>();
            Collect(copy, places);
            var (owner, name) = places[random.Next(places.Count)];
            try
            {
                owner[name] = "#" + times;
                text = copy.ToText().Replace($"\"#{times}\"", s_values[random.Next(s_values.Length)], StringComparison.Ordinal);
                if (JsonNode.Parse(text) is JsonObject again) copy = again;
            }
            catch (Exception e) when (e is System.Text.Json.JsonException or ArgumentException or InvalidOperationException)
            {
                return text;
            }
        }
        return text;
    }

    private static void Collect(JsonNode? node, List<(JsonObject, string)> places)
    {
        if (node is JsonArray array) foreach (var item in array) Collect(item, places);
        if (node is not JsonObject obj) return;
        foreach (var (name, child) in obj)
        {
            places.Add((obj, name));
            Collect(child, places);
        }
    }

    private static string Deep(string text, int depth) => "{\"metadata\":{\"name\":\"fuzz\",\"labels\":" + string.Concat(Enumerable.Repeat("{\"a\":[", depth)) + text + string.Concat(Enumerable.Repeat("]}", depth)) + "}}";

    private static string Flip(string path, Random random)
    {
        var characters = path.ToCharArray();
        for (var i = random.Next(1, 4); i > 0; i--) characters[random.Next(1, characters.Length)] = "/.%?&=:;~aA0 \"<>{}\\"[random.Next(19)];
        return new string(characters).Replace(" ", "%20", StringComparison.Ordinal);
    }
}
