using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Sessions;

/// <summary>JSON as YAML, as <c>kubectl get -o yaml</c> prints it.</summary>
internal static class ObjectYaml
{
    public static string Write(JsonElement json)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(Node(json))).Save(writer, assignAnchors: false);
        var text = writer.ToString().ReplaceLineEndings("\n");
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    private static YamlNode Node(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var mapping = new YamlMappingNode();
                foreach (var member in json.EnumerateObject().Where(m => m.Name != "managedFields")) mapping.Add(Text(member.Name), Node(member.Value));
                return mapping;
            case JsonValueKind.Array:
                return new YamlSequenceNode(json.EnumerateArray().Select(Node));
            case JsonValueKind.String:
                return Text(json.GetString()!);
            default:
                return new YamlScalarNode(json.GetRawText());
        }
    }

    /// <summary>Text that YAML would read as something else is quoted; several lines stay several lines.</summary>
    private static YamlScalarNode Text(string text) => new(text)
    {
        Style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
            : text.Length == 0 || text is "true" or "false" or "null" or "yes" or "no" or "on" or "off" or "~" || double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Any,
    };
}
