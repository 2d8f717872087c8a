using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.Content.Yaml;

/// <summary>Reads the one YAML document that a front matter, a checks block or a course file holds.</summary>
internal static class YamlReader
{
    /// <summary>The root node, or null when the text is empty.</summary>
    /// <param name="line">Line of the source on which the text starts, 1-based.</param>
    /// <exception cref="YamlProblemException">The text is not YAML.</exception>
    public static YamlNode? Read(string text, int line)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 0 ? null : stream.Documents[0].RootNode;
        }
        catch (YamlException e)
        {
            throw new YamlProblemException(line + (int)Math.Max(0, e.Start.Line - 1), e.InnerException?.Message ?? e.Message, e);
        }
    }

    public static string? Text(this YamlMappingNode mapping, string key) => mapping.Find(key) switch
    {
        YamlScalarNode scalar => scalar.Value,
        YamlSequenceNode sequence => string.Join(", ", sequence.Children.OfType<YamlScalarNode>().Select(s => s.Value)),
        _ => null,
    };

    public static YamlNode? Find(this YamlMappingNode mapping, string key) =>
        mapping.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    public static IEnumerable<(string Name, int Line)> Keys(this YamlMappingNode mapping) =>
        mapping.Children.Keys.Select(k => ((k as YamlScalarNode)?.Value ?? k.ToString(), (int)k.Start.Line));
}

internal sealed class YamlProblemException(int line, string message, Exception inner) : Exception(message, inner)
{
    public int Line { get; } = line;
}
