using Portal.Sandbox.Codec;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Portal.Sandbox.Istioctl.Analysis.Sources;

/// <summary>On which line of a YAML text each of its values stands, by the value's path: <c>.spec.http[0].route[1].destination.host</c>.</summary>
internal static class FieldPositions
{
    /// <returns>The lines of scalars, and of the mappings that are items of lists; what could be read where the text is broken.</returns>
    public static IReadOnlyDictionary<string, int> Of(string text)
    {
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            if (parser.TryConsume<DocumentStart>(out _)) Read(parser, "", 0, lines);
        }
        catch (YamlException)
        {
            // Whoever reads the text for its content reports this.
        }
        return lines;
    }

    private static void Read(IParser parser, string path, int depth, Dictionary<string, int> lines)
    {
        if (depth > YamlReader.MaxDepth) throw new YamlException("exceeded max depth");
        if (parser.TryConsume<Scalar>(out var scalar)) lines[path] = (int)scalar.Start.Line;
        else if (parser.TryConsume<AnchorAlias>(out _)) return;
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            for (var i = 0; !parser.TryConsume<SequenceEnd>(out _); i++) Read(parser, $"{path}[{i}]", depth + 1, lines);
        }
        else
        {
            var start = parser.Consume<MappingStart>();
            if (path.EndsWith(']')) lines[path] = (int)start.Start.Line;
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                if (parser.TryConsume<Scalar>(out var key)) Read(parser, $"{path}.{key.Value}", depth + 1, lines);
                else
                {
                    parser.SkipThisAndNestedEvents();
                    parser.SkipThisAndNestedEvents();
                }
            }
        }
    }
}
