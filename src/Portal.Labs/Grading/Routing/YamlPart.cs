using System.Globalization;
using System.Text.Json;
using Portal.Labs.Sessions;
using Portal.Labs.Traffic;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Grading.Routing;

/// <summary>Finds the lines of an object's YAML that say something.</summary>
internal static class YamlPart
{
    private const int MaxLines = 40;

    /// <param name="path">Names of fields and indices of lists, e.g. <c>spec http 0</c>.</param>
    /// <returns>The lines with the field's name, or null when it is not there.</returns>
    public static YamlLines? Of(JsonElement json, params ReadOnlySpan<string> path)
    {
        var text = ObjectYaml.Write(json);
        var yaml = new YamlStream();
        using var reader = new StringReader(text);
        yaml.Load(reader);
        var node = yaml.Documents[0].RootNode;
        var first = 1L;
        foreach (var name in path)
        {
            switch (node)
            {
                case YamlMappingNode mapping:
                    var (key, value) = mapping.Children.FirstOrDefault(c =>
                        c.Key is YamlScalarNode k && k.Value == name
                    );
                    if (key is null)
                        return null;
                    (node, first) = (value, key.Start.Line);
                    break;
                case YamlSequenceNode list
                    when int.TryParse(name, CultureInfo.InvariantCulture, out var index) && index < list.Children.Count:
                    node = list.Children[index];
                    first = node.Start.Line;
                    break;
                default:
                    return null;
            }
        }
        // A collection ends where the next thing begins; its last line is that of its last scalar.
        var last = node.AllNodes.OfType<YamlScalarNode>().Select(s => s.End.Line).Append(first).Max();
        var lines = text.Split('\n')[(int)(first - 1)..(int)last];
        var indent = lines.Min(l => l.Length - l.TrimStart().Length);
        var shown = lines.Take(MaxLines).Select(l => l[indent..]);
        return new((int)first, string.Join('\n', lines.Length > MaxLines ? shown.Append("…") : shown));
    }
}
