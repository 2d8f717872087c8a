using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Schema;

/// <summary>A value of another JSON type than the schema's, said as Go's decoder says it.</summary>
/// <param name="found">JSON kind of what was found.</param>
/// <param name="wanted">Go type of the field.</param>
internal sealed class SchemaDecodeException(string message, string found = "", string wanted = "") : Exception(message)
{
    /// <summary>The same in the words of the converter that patches go through (apimachinery/pkg/runtime/converter.go).</summary>
    public string AsConversion => wanted.Length == 0 ? Message
        : wanted.StartsWith("[]", StringComparison.Ordinal) ? $"cannot restore slice from {found}"
        : wanted.StartsWith("map[", StringComparison.Ordinal) ? $"cannot restore map from {found}"
        : wanted.StartsWith("v1.", StringComparison.Ordinal) ? $"cannot restore struct from: {found}"
        : $"unrecognized type: {wanted}";
}

/// <summary>
/// What decoding into Go structs does: checks JSON types, drops nulls and fields that do not exist, and reports the latter
/// for <c>fieldValidation</c>.
/// </summary>
internal static class SchemaDecoder
{
    /// <summary>Brings <paramref name="obj"/> into the schema's shape, in place; unknown fields' paths are added to <paramref name="unknown"/>.</summary>
    public static void Decode(JsonObject obj, SchemaNode schema, List<string> unknown) => Object(obj, schema, "", "", "", unknown);

    private static void Object(JsonObject obj, SchemaNode schema, string path, string goPath, string owner, List<string> unknown)
    {
        foreach (var (name, value) in obj.ToArray())
        {
            var childPath = path.Length == 0 ? name : $"{path}.{name}";
            if (schema.Type == SchemaType.Object && schema.Child(name) is null)
            {
                if (schema.PreserveUnknown) continue;
                unknown.Add(childPath);
                obj.Remove(name);
                continue;
            }
            if (value is null)
            {
                if (schema.Type == SchemaType.Object && !schema.PreserveUnknown) obj.Remove(name);
                continue;
            }
            var child = schema.Child(name);
            if (child is null) continue;
            // As Go says it: a map's key is no field, and its owner is the struct that has the map.
            if (schema.Type == SchemaType.Map) Value(value, child, childPath, goPath, owner, unknown);
            else Value(value, child, childPath, goPath.Length == 0 ? name : $"{goPath}.{name}", schema.Name ?? "", unknown);
        }
    }

    private static void Value(JsonNode value, SchemaNode schema, string path, string goPath, string owner, List<string> unknown)
    {
        switch (schema.Type)
        {
            case SchemaType.Object or SchemaType.Map:
                if (value is not JsonObject obj) throw Wrong(value, owner, goPath, schema.Type == SchemaType.Map ? "map[string]" + Go(schema.Items!) : "v1." + (schema.Name ?? "Object"));
                Object(obj, schema, path, goPath, owner, unknown);
                break;
            case SchemaType.Array:
                if (value is not JsonArray array) throw Wrong(value, owner, goPath, "[]" + Go(schema.Items!));
                for (var i = 0; i < array.Count; i++)
                {
                    if (array[i] is { } item) Value(item, schema.Items!, $"{path}[{i}]", goPath, owner, unknown);
                }
                break;
            case SchemaType.String or SchemaType.Bytes when value is not JsonValue v || v.GetValueKind() != System.Text.Json.JsonValueKind.String:
                throw Wrong(value, owner, goPath, schema.GoType.Length > 0 ? schema.GoType : "string");
            case SchemaType.Bytes when IllegalBase64(value.ToString()) is { } at:
                throw new SchemaDecodeException($"illegal base64 data at input byte {at}");
            case SchemaType.Integer when value is not JsonValue v || v.GetValueKind() != System.Text.Json.JsonValueKind.Number || !IsInteger(v):
                throw Wrong(value, owner, goPath, schema.GoType);
            case SchemaType.Number when value is not JsonValue v || v.GetValueKind() != System.Text.Json.JsonValueKind.Number:
                throw Wrong(value, owner, goPath, schema.GoType);
            case SchemaType.Boolean when value is not JsonValue v || v.GetValueKind() is not (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False):
                throw Wrong(value, owner, goPath, "bool");
            case SchemaType.IntOrString when value is not JsonValue:
                throw Wrong(value, owner, goPath, "intstr.IntOrString");
            case SchemaType.Quantity:
                if (value is not JsonValue q) throw Wrong(value, owner, goPath, "resource.Quantity");
                var text = q.ToString();
                var canonical = Quantity.Canonical(text) ?? throw new SchemaDecodeException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
                if (canonical != text || q.GetValueKind() == System.Text.Json.JsonValueKind.Number) Replace(value, JsonValue.Create(canonical));
                break;
            default:
                break;
        }
    }

    /// <summary>Where text stops being base64, as Go's decoder counts; null for good text.</summary>
    private static int? IllegalBase64(string text)
    {
        if (System.Buffers.Text.Base64.IsValid(text)) return null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '/' or '=' or '\r' or '\n')) return i;
        }
        return text.Length / 4 * 4;
    }

    private static void Replace(JsonNode old, JsonNode value) => old.ReplaceWith(value);

    private static bool IsInteger(JsonValue v) => v.TryGetValue<long>(out _) || v.TryGetValue<int>(out _) || (v.TryGetValue<double>(out var d) && d == Math.Floor(d));

    private static string Go(SchemaNode node) => node.GoType.Length > 0 ? node.GoType : node.Name is { } n ? "v1." + n : "interface {}";

    /// <summary>The kind of Go value that a JSON value is before it is converted.</summary>
    private static string GoKind(JsonNode value) => value.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.Object => "map",
        System.Text.Json.JsonValueKind.Array => "slice",
        System.Text.Json.JsonValueKind.String => "string",
        System.Text.Json.JsonValueKind.Number => IsInteger((JsonValue)value) ? "int64" : "float64",
        _ => "bool",
    };

    private static SchemaDecodeException Wrong(JsonNode value, string owner, string goPath, string type)
    {
        var kind = value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.Object => "object",
            System.Text.Json.JsonValueKind.Array => "array",
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.Number when type is "int32" or "int64" => "number " + value.ToString(),
            System.Text.Json.JsonValueKind.Number => "number",
            _ => "bool",
        };
        return new(string.Create(CultureInfo.InvariantCulture, $"json: cannot unmarshal {kind} into Go struct field {owner}.{goPath} of type {type}"), GoKind(value), type);
    }
}
