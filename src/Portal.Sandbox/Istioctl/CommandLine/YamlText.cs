using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Istioctl.CommandLine;

/// <summary>JSON as YAML, in the layout of Go's library: names sorted, lists not indented, quotes only where a reader would take the text for something else.</summary>
internal static class YamlText
{
    private static readonly string[] s_words = ["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];

    public static string Write(JsonNode? node)
    {
        var text = new StringBuilder();
        if (node is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }) Block(text, node, "");
        else text.Append(Scalar(node, "")).Append('\n');
        return text.ToString();
    }

    /// <summary>Several documents, one behind the other.</summary>
    public static string WriteAll(IEnumerable<JsonNode> nodes) => string.Concat(nodes.Select(n => Write(n) + "---\n"));

    private static void Block(StringBuilder text, JsonNode node, string indent)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                if (item is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
                {
                    var inner = new StringBuilder();
                    Block(inner, item, indent + "  ");
                    text.Append(indent).Append("- ").Append(inner, indent.Length + 2, inner.Length - indent.Length - 2);
                }
                else text.Append(indent).Append("- ").Append(Scalar(item, indent + "  ")).Append('\n');
            }
            return;
        }
        foreach (var (name, value) in node.AsObject().OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            text.Append(indent).Append(Text(name, indent)).Append(':');
            switch (value)
            {
                case JsonObject { Count: > 0 }:
                    text.Append('\n');
                    Block(text, value, indent + "  ");
                    break;
                case JsonArray { Count: > 0 }:
                    text.Append('\n');
                    Block(text, value, indent);
                    break;
                default:
                    text.Append(' ').Append(Scalar(value, indent + "  ")).Append('\n');
                    break;
            }
        }
    }

    private static string Scalar(JsonNode? node, string indent) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        JsonValue v when v.GetValueKind() == JsonValueKind.String => Text(v.GetValue<string>(), indent),
        _ => node.ToJsonString(),
    };

    private static string Text(string text, string indent)
    {
        if (text.Contains('\n', StringComparison.Ordinal) && !text.StartsWith(' ') && !text.Contains('\t', StringComparison.Ordinal))
        {
            var lines = text.TrimEnd('\n').Split('\n');
            var end = text.EndsWith("\n\n", StringComparison.Ordinal) ? "+" : text.EndsWith('\n') ? "" : "-";
            return "|" + end + string.Concat(lines.Select(l => l.Length == 0 ? "\n" : "\n" + indent + l)) + (end == "+" ? new string('\n', text.Length - text.TrimEnd('\n').Length - 1) : "");
        }
        if (!NeedsQuotes(text)) return text;
        return text.Any(c => char.IsControl(c)) || text.Contains('\'', StringComparison.Ordinal) || s_words.Contains(text.ToLowerInvariant()) || LooksLikeNumber(text)
            ? JsonSerializer.Serialize(text, Json) : $"'{text}'";
    }

    private static JsonSerializerOptions Json { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static bool NeedsQuotes(string text) =>
        s_words.Contains(text.ToLowerInvariant()) || LooksLikeNumber(text) || text.Any(char.IsControl) || text[0] is ' ' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`' or '{' or '}' or '[' or ']' or ','
        || text[^1] is ' ' or ':' || text.Contains(": ", StringComparison.Ordinal) || text.Contains(" #", StringComparison.Ordinal) || (text[0] is '-' or '?' or ':' && (text.Length == 1 || text[1] == ' ')) || text == "---" || text == "=";

    private static bool LooksLikeNumber(string text) =>
        (char.IsAsciiDigit(text[0]) || (text.Length > 1 && text[0] is '-' or '+' or '.')) && (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) || text.StartsWith("0x", StringComparison.Ordinal));
}
