using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Api;

/// <summary>Builds response bodies. Plain objects are the stored bytes; only tables and metadata need parsing.</summary>
internal static class ObjectWriter
{
    public static ReadOnlyMemory<byte> Object(ResourceType type, StoredObject o, Negotiated form, string includeObject, DateTimeOffset now) => form.Form switch
    {
        ResponseForm.Table => Table(type, [o], form, includeObject, now, o.ResourceVersion, null, 0).ToUtf8(),
        ResponseForm.PartialMetadata or ResponseForm.PartialMetadataList => Partial(o.Parse(), form.MetaVersion).ToUtf8(),
        _ => Versioned(type, o),
    };

    /// <summary>The stored bytes, with the apiVersion at their beginning replaced when another version was asked for.</summary>
    public static ReadOnlyMemory<byte> Versioned(ResourceType type, StoredObject o)
    {
        if (type.Conversion is not null) return ResourceOperations.InVersion(type, o.Parse()).ToUtf8();
        if (type.Custom is null || type.Custom.StorageVersion == type.Version) return o.Json;
        var stored = Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{type.Group}/{type.Custom.StorageVersion}\"");
        if (!o.Json.AsSpan().StartsWith(stored)) return ResourceOperations.InVersion(type, o.Parse()).ToUtf8();
        var wanted = Encoding.UTF8.GetBytes($"{{\"apiVersion\":\"{type.ApiVersion}\"");
        var bytes = new byte[wanted.Length + o.Json.Length - stored.Length];
        wanted.CopyTo(bytes, 0);
        o.Json.AsSpan(stored.Length).CopyTo(bytes.AsSpan(wanted.Length));
        return bytes;
    }

    /// <summary>A list in the negotiated form, whose items are made one after the other while it is written.</summary>
    public static ListDocument List(
        ResourceType type,
        IReadOnlyList<StoredObject> items,
        Negotiated form,
        string includeObject,
        DateTimeOffset now,
        long revision,
        string? token,
        long remaining
    )
    {
        var (kind, version) = form.Form switch
        {
            ResponseForm.Table => ("Table", "meta.k8s.io/" + form.MetaVersion),
            ResponseForm.Object => (type.ListKind, type.ApiVersion),
            _ => ("PartialObjectMetadataList", "meta.k8s.io/" + form.MetaVersion),
        };
        var meta = ListMeta(revision, token, remaining).ToJsonString();
        var head = $"{{\"kind\":\"{kind}\",\"apiVersion\":\"{version}\",\"metadata\":{meta},";
        head +=
            form.Form == ResponseForm.Table
                ? $"\"columnDefinitions\":{Columns(type).ToText()},\"rows\":["
                : "\"items\":[";
        return new(
            head,
            items.Select(i =>
                form.Form switch
                {
                    ResponseForm.Table => Row(type, i, form, includeObject, now).ToUtf8(),
                    ResponseForm.Object => Versioned(type, i),
                    _ => Partial(i.Parse(), form.MetaVersion).ToUtf8(),
                }
            ),
            items.Sum(i => (long)i.Size)
        );
    }

    public static JsonObject Table(ResourceType type, IReadOnlyList<StoredObject> items, Negotiated form, string includeObject, DateTimeOffset now, long revision, string? token, long remaining, bool columns = true)
    {
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/" + form.MetaVersion,
            ["metadata"] = ListMeta(revision, token, remaining),
            ["columnDefinitions"] = columns ? Columns(type) : null,
            ["rows"] = new JsonArray([.. items.Select(i => (JsonNode)Row(type, i, form, includeObject, now))]),
        };
    }

    private static JsonObject Row(
        ResourceType type,
        StoredObject item,
        Negotiated form,
        string includeObject,
        DateTimeOffset now
    )
    {
        var stored = item.Parse();
        var cells = type.Stored.Printer.Cells(stored, now);
        var obj = ResourceOperations.InVersion(type, stored);
        return new()
        {
            ["cells"] = cells,
            ["object"] = includeObject switch { "Object" => obj, "None" => null, _ => Partial(obj, form.MetaVersion) },
        };
    }

    public static JsonObject Partial(JsonObject obj, string metaVersion) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/" + metaVersion,
        ["metadata"] = obj["metadata"]?.DeepClone(),
    };

    private static JsonArray Columns(ResourceType type) => new([.. type.Stored.Printer.Columns.Select(c => new JsonObject
    {
        ["name"] = c.Name, ["type"] = c.Type, ["format"] = c.Format, ["description"] = c.Description, ["priority"] = c.Priority,
    })]);

    private static JsonObject ListMeta(long revision, string? token, long remaining)
    {
        var meta = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) };
        if (token is not null)
        {
            meta["continue"] = token;
            if (remaining > 0) meta["remainingItemCount"] = remaining;
        }
        return meta;
    }
}
