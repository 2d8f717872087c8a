using System.Text.Json;
using Portal.Clusters.Watching;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Sessions;

/// <summary>Objects as YAML, as <c>kubectl get -o yaml --show-managed-fields</c> prints them.</summary>
internal static class ObjectYaml
{
    public static string Write(JsonElement json) => Write(Node(json, null, all: true));

    /// <summary>What somebody has written: without status and the cluster's bookkeeping.</summary>
    public static string WriteMeant(JsonElement json) => Write(Node(json, null, all: false));

    private static string Write(YamlNode node)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(node)).Save(writer, assignAnchors: false);
        var text = writer.ToString().ReplaceLineEndings("\n");
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    /// <param name="parent">As <see cref="ObjectDiff.IsBookkeeping"/> wants it; empty deeper inside.</param>
    private static YamlNode Node(JsonElement json, string? parent, bool all)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var mapping = new YamlMappingNode();
                foreach (var member in json.EnumerateObject())
                {
                    if (all || !ObjectDiff.IsBookkeeping(parent, member.Name))
                        mapping.Add(Text(member.Name), Node(member.Value, Below(parent, member.Name), all));
                }
                return mapping;
            case JsonValueKind.Array:
                return new YamlSequenceNode(json.EnumerateArray().Select(i => Node(i, "", all)));
            case JsonValueKind.String:
                return Text(json.GetString()!);
            default:
                return new YamlScalarNode(json.GetRawText());
        }
    }

    private static string Below(string? parent, string name) =>
        (parent, name) is (null, "metadata") or ("metadata", "annotations") ? name : "";

    /// <summary>Text that YAML would read as something else is quoted; several lines stay several lines.</summary>
    private static YamlScalarNode Text(string text) => new(text)
    {
        Style = text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal
            : text.Length == 0 || text is "true" or "false" or "null" or "yes" or "no" or "on" or "off" or "~" || double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _) ? ScalarStyle.DoubleQuoted
            : ScalarStyle.Any,
    };
}
