using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Api;

/// <summary>Writes an OpenAPI v2 document in the protobuf form that kubectl reads (gnostic's <c>openapi.v2.Document</c>); fields that kubectl has no use for are left out.</summary>
internal static class OpenApiProtobuf
{
    public static byte[] Write(JsonObject document)
    {
        var root = new Message();
        root.Text(1, document.Str("swagger"));
        root.Nested(2, info =>
        {
            info.Text(1, document.Str("info", "title"));
            info.Text(2, document.Str("info", "version"));
        });
        root.Nested(8, paths =>
        {
            foreach (var (name, item) in document.Obj("paths") ?? []) Named(paths, 2, name, value => PathItem(value, (JsonObject)item!));
        });
        root.Nested(9, definitions =>
        {
            foreach (var (name, schema) in document.Obj("definitions") ?? []) Named(definitions, 1, name, value => Schema(value, (JsonObject)schema!));
        });
        return root.ToArray();
    }

    private static void Named(Message parent, int field, string name, Action<Message> value) => parent.Nested(field, m =>
    {
        m.Text(1, name);
        m.Nested(2, value);
    });

    private static void PathItem(Message m, JsonObject item)
    {
        foreach (var (verb, field) in (ReadOnlySpan<(string, int)>)[("get", 2), ("put", 3), ("post", 4), ("delete", 5), ("patch", 8)])
        {
            if (item.Obj(verb) is { } operation) m.Nested(field, o => Operation(o, operation));
        }
    }

    private static void Operation(Message m, JsonObject operation)
    {
        m.Text(5, operation.Str("operationId"));
        foreach (var type in operation.Strings("consumes")) m.Text(7, type);
        // ParametersItem.parameter, Parameter.non_body_parameter, NonBodyParameter.query_parameter_sub_schema
        foreach (var parameter in operation.Objects("parameters"))
        {
            m.Nested(8, a => a.Nested(1, b => b.Nested(2, c => c.Nested(3, query =>
            {
                query.Text(2, parameter.Str("in"));
                query.Text(4, parameter.Str("name"));
                query.Text(6, parameter.Str("type"));
            }))));
        }
        m.Nested(9, responses => Named(responses, 1, "200", value => value.Nested(1, r => r.Text(1, "OK"))));
        Extensions(m, 13, operation);
    }

    private static void Schema(Message m, JsonObject schema)
    {
        m.Text(1, schema.Str("$ref"));
        m.Text(2, schema.Str("format"));
        m.Text(4, schema.Str("description"));
        foreach (var name in schema.Strings("required")) m.Text(19, name);
        foreach (var value in schema.Arr("enum") ?? []) m.Nested(20, any => any.Text(2, Yaml(value)));
        if (schema.Obj("additionalProperties") is { } values) m.Nested(21, item => item.Nested(1, s => Schema(s, values)));
        if (schema.Str("type") is { } type) m.Nested(22, item => item.Text(1, type));
        if (schema.Obj("items") is { } items) m.Nested(23, item => item.Nested(1, s => Schema(s, items)));
        foreach (var part in schema.Objects("allOf")) m.Nested(24, s => Schema(s, part));
        if (schema.Obj("properties") is { } properties)
        {
            m.Nested(25, p =>
            {
                foreach (var (name, property) in properties) Named(p, 1, name, s => Schema(s, property as JsonObject ?? []));
            });
        }
        Extensions(m, 31, schema);
    }

    /// <summary>Extensions travel as YAML text, of which JSON is a subset.</summary>
    private static void Extensions(Message m, int field, JsonObject obj)
    {
        foreach (var (name, value) in obj)
        {
            if (name.StartsWith("x-", StringComparison.Ordinal)) Named(m, field, name, any => any.Text(2, Yaml(value)));
        }
    }

    private static string Yaml(JsonNode? value) => (value?.ToText() ?? "null") + "\n";

    /// <summary>Length-delimited fields are all that the format needs here.</summary>
    private sealed class Message
    {
        private readonly MemoryStream _bytes = new();

        public void Text(int field, string? value)
        {
            if (!string.IsNullOrEmpty(value)) Bytes(field, Encoding.UTF8.GetBytes(value));
        }

        public void Nested(int field, Action<Message> fill)
        {
            var inner = new Message();
            fill(inner);
            Bytes(field, inner._bytes.GetBuffer().AsSpan(0, (int)inner._bytes.Length));
        }

        public byte[] ToArray() => _bytes.ToArray();

        private void Bytes(int field, ReadOnlySpan<byte> value)
        {
            Varint(((uint)field << 3) | 2);
            Varint((uint)value.Length);
            _bytes.Write(value);
        }

        private void Varint(uint value)
        {
            for (; value >= 0x80; value >>= 7) _bytes.WriteByte((byte)(value | 0x80));
            _bytes.WriteByte((byte)value);
        }
    }
}
