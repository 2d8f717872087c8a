using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Api;

/// <summary>Which objects a list or watch is about.</summary>
internal sealed class ObjectFilter
{
    private readonly string _namespace;
    private readonly Func<IReadOnlyDictionary<string, string>, bool>? _labels;
    private readonly Func<JsonObject, bool>? _fields;
    private readonly string? _name;

    public ObjectFilter(RequestInfo info, HttpRequest request)
    {
        _namespace = info.Namespace;
        if (info.Name.Length > 0) _name = info.Name;
        try
        {
            if (request.Get("labelSelector") is { } labels) _labels = Selectors.ParseLabels(labels);
            if (request.Get("fieldSelector") is not { } fields) return;
            // The name alone needs no parsing of objects, and is what kubectl asks for most.
            if (fields.StartsWith("metadata.name=", StringComparison.Ordinal) && !fields.Contains(',', StringComparison.Ordinal)) _name = fields["metadata.name=".Length..].TrimStart('=');
            else _fields = FieldSelectors.Parse(info.Type, fields);
        }
        catch (FormatException e)
        {
            throw ApiError.BadRequest(e.Message);
        }
    }

    public bool Matches(StoredObject o) =>
        (_namespace.Length == 0 || o.Namespace == _namespace)
        && (_name is null || o.Name == _name)
        && (_labels is null || _labels(o.Labels))
        && (_fields is null || _fields(o.Parse()));
}

/// <summary>LIST with selectors, paging and resource version semantics.</summary>
internal static class ListHandler
{
    public static ReadOnlyMemory<byte> List(SandboxCluster cluster, RequestInfo info, HttpRequest request)
    {
        var snapshot = cluster.Store.Snapshot;
        var filter = new ObjectFilter(info, request);
        IEnumerable<StoredObject> matching = snapshot.Of(info.Type.Resource).Values.Where(filter.Matches);
        var limit = int.TryParse(request.Get("limit"), NumberStyles.None, CultureInfo.InvariantCulture, out var l) && l > 0 ? l : int.MaxValue;
        if (request.Get("continue") is { } token)
        {
            var (revision, after) = ReadToken(token);
            // Pages after the first show the present: an inconsistent continuation, as the API server serves once history is compacted.
            if (revision > snapshot.Revision) throw ApiError.InvalidContinue();
            matching = matching.Where(o => new ObjectName(o.Namespace, o.Name).CompareTo(after) > 0);
        }
        if (request.Get("resourceVersionMatch") == "NotOlderThan" && long.TryParse(request.Get("resourceVersion"), out var wanted) && wanted > snapshot.Revision)
        {
            throw new ApiException(504, "Timeout", $"Too large resource version: {wanted}, current: {snapshot.Revision}", new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ResourceVersionTooLarge", ["message"] = "Too large resource version" }), ["retryAfterSeconds"] = 1 });
        }
        var all = matching.ToList();
        var page = all.Count > limit ? all.GetRange(0, limit) : all;
        var next = all.Count > limit ? WriteToken(snapshot.Revision, page[^1]) : null;
        return ObjectWriter.List(info.Type, page, Negotiated.From(request), request.Get("includeObject") ?? "Metadata", cluster.Now, snapshot.Revision, next, all.Count - page.Count);
    }

    private static string WriteToken(long revision, StoredObject last) =>
        Convert.ToBase64String(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["ns"] = last.Namespace, ["name"] = last.Name }.ToUtf8());

    private static (long, ObjectName) ReadToken(string token)
    {
        try
        {
            var node = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(token)));
            return (node.Num("rv")!.Value, new(node.Str("ns")!, node.Str("name")!));
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException)
        {
            throw ApiError.InvalidContinue();
        }
    }
}
