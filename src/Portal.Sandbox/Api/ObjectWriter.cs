using System.Buffers;
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

    public static ReadOnlyMemory<byte> List(ResourceType type, IReadOnlyList<StoredObject> items, Negotiated form, string includeObject, DateTimeOffset now, long revision, string? token, long remaining)
    {
        if (form.Form == ResponseForm.Table) return Table(type, items, form, includeObject, now, revision, token, remaining).ToUtf8();
        if (form.Form is ResponseForm.PartialMetadata or ResponseForm.PartialMetadataList)
        {
            return new JsonObject
            {
                ["kind"] = "PartialObjectMetadataList",
                ["apiVersion"] = "meta.k8s.io/" + form.MetaVersion,
                ["metadata"] = ListMeta(revision, token, remaining),
                ["items"] = new JsonArray([.. items.Select(i => Partial(i.Parse(), form.MetaVersion))]),
            }.ToUtf8();
        }
        var buffer = new ArrayBufferWriter<byte>(256 + items.Sum(i => i.Json.Length + 1));
        buffer.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.ListKind}\",\"apiVersion\":\"{type.ApiVersion}\",\"metadata\":{ListMeta(revision, token, remaining).ToJsonString()},\"items\":["));
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) buffer.Write(","u8);
            buffer.Write(Versioned(type, items[i]).Span);
        }
        buffer.Write("]}"u8);
        return buffer.WrittenMemory;
    }

    public static JsonObject Table(ResourceType type, IReadOnlyList<StoredObject> items, Negotiated form, string includeObject, DateTimeOffset now, long revision, string? token, long remaining, bool columns = true)
    {
        var rows = new JsonArray();
        foreach (var item in items)
        {
            var stored = item.Parse();
            var cells = type.Stored.Printer.Cells(stored, now);
            var obj = ResourceOperations.InVersion(type, stored);
            rows.Add(new JsonObject
            {
                ["cells"] = cells,
                ["object"] = includeObject switch { "Object" => obj, "None" => null, _ => Partial(obj, form.MetaVersion) },
            });
        }
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/" + form.MetaVersion,
            ["metadata"] = ListMeta(revision, token, remaining),
            ["columnDefinitions"] = columns ? Columns(type) : null,
            ["rows"] = rows,
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
