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
            if (request.Get("labelSelector") is { } labels) _labels = LabelSelectorParser.Parse(labels);
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

    /// <summary>Whether more than the path decides.</summary>
    public bool HasSelector => _labels is not null || _fields is not null;

    public bool Matches(StoredObject o) =>
        (_namespace.Length == 0 || o.Namespace == _namespace)
        && (_name is null || o.Name == _name)
        && (_labels is null || _labels(o.Labels))
        && (_fields is null || _fields(o.Parse()));
}

/// <summary>LIST with selectors, paging and resource version semantics.</summary>
internal static class ListHandler
{
    public static ListDocument List(SandboxCluster cluster, RequestInfo info, HttpRequest request)
    {
        var options = ListOptions.From(request, watch: false);
        var filter = new ObjectFilter(info, request);
        var snapshot = cluster.Store.Snapshot;
        options.CheckNotTooNew(snapshot);
        ObjectName? after = null;
        if (options.Continue is { } token)
        {
            var (revision, last) = ReadToken(token);
            after = last;
            if (revision > 0) snapshot = cluster.Store.Recall(revision) ?? throw ApiError.ContinueExpired(WriteToken(0, last));
        }
        else if (options.Match == "Exact" && options.ResourceVersion is { } exact)
        {
            snapshot = cluster.Store.Recall(exact) ?? throw ApiError.Expired(exact, snapshot.Revision);
        }
        var page = new List<StoredObject>();
        var remaining = 0;
        foreach (var (name, o) in snapshot.Of(info.Type.Resource))
        {
            if ((after is { } a && name.CompareTo(a) <= 0) || !filter.Matches(o)) continue;
            if (page.Count < options.Limit) page.Add(o);
            else remaining++;
        }
        string? next = null;
        if (remaining > 0)
        {
            cluster.Store.Remember(snapshot);
            next = WriteToken(snapshot.Revision, new(page[^1].Namespace, page[^1].Name));
        }
        // With a selector the number of what remains is unknown upstream, and left out.
        var shown = filter.HasSelector ? 0 : remaining;
        return ObjectWriter.List(info.Type, page, Negotiated.From(request), request.Get("includeObject") ?? "Metadata", cluster.Now, snapshot.Revision, next, shown);
    }

    private static string WriteToken(long revision, ObjectName last) =>
        Convert.ToBase64String(new JsonObject { ["v"] = "meta.k8s.io/v1", ["rv"] = revision, ["ns"] = last.Namespace, ["name"] = last.Name }.ToUtf8());

    private static (long, ObjectName) ReadToken(string token)
    {
        try
        {
            var node = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(token)));
            return (node.Num("rv")!.Value, new(node.Str("ns")!, node.Str("name")!));
        }
        catch (Exception e) when (e is FormatException or System.Text.Json.JsonException or InvalidOperationException or ArgumentNullException)
        {
            throw ApiError.InvalidContinue("illegal token");
        }
    }
}
