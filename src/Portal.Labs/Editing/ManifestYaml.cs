using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Editing;

/// <summary>Reads YAML that a learner wrote, who may have made it to be large once it is read.</summary>
internal static class ManifestYaml
{
    /// <summary>Readers go down as deep as it is; no schema of Kubernetes comes near.</summary>
    private const int MostLevels = 64;

    /// <exception cref="YamlException">It is none, is too deep, or repeats parts of itself.</exception>
    public static YamlStream Read(string text)
    {
        var (parser, levels) = (new Parser(new StringReader(text)), 0);
        while (parser.MoveNext())
        {
            levels += parser.Current!.NestingIncrease;
            if (levels > MostLevels)
                throw new YamlException(parser.Current.Start, parser.Current.End, "This is too deep for a manifest.");
            // A few of them, each of several others, are as much as any memory.
            if (parser.Current is AnchorAlias)
                throw new YamlException(
                    parser.Current.Start,
                    parser.Current.End,
                    "What is repeated by an asterisk is not read here; write it out."
                );
        }
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream;
    }

    /// <summary>The value that field names lead to; null when one of them is not there.</summary>
    public static YamlNode? Find(this YamlMappingNode root, params ReadOnlySpan<string> path)
    {
        YamlNode at = root;
        foreach (var name in path)
        {
            if (at is not YamlMappingNode mapping) return null;
            if (!mapping.Children.TryGetValue(new YamlScalarNode(name), out var next)) return null;
            at = next;
        }
        return at;
    }
}
