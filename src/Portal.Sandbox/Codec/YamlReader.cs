using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Portal.Sandbox.Codec;

/// <summary>YAML to JSON with the rules of Kubernetes' YAML library: plain scalars get JSON types, quoted ones stay strings.</summary>
internal static class YamlReader
{
    /// <summary>Deeper texts are refused: objects of the API are never that deep, and stacks end.</summary>
    public const int MaxDepth = 256;

    /// <summary>
    /// How many nodes the aliases of a document may stand for. A few lines of aliases of aliases would be gigabytes.
    /// </summary>
    private const int MaxAliased = 20_000;

    /// <summary>Every document of a stream; empty documents are passed over.</summary>
    /// <exception cref="YamlException">The text is not YAML; the message has line and column.</exception>
    public static IEnumerable<JsonNode> ReadAll(string text)
    {
        try
        {
            return Documents(text).ToList();
        }
        catch (Exception e)
            when (e
                    is InvalidOperationException
                        or ArgumentException
                        or OverflowException
                        or IndexOutOfRangeException
                        or NullReferenceException
                        or KeyNotFoundException
            )
        {
            // The scanner has corners in which it fails without saying where.
            throw new YamlException("the text is not YAML", e);
        }
    }

    private static IEnumerable<JsonNode> Documents(string text)
    {
        // Merging keeps every event of a stream, and refuses long ones.
        IParser parser = new Parser(new StringReader(text));
        if (text.Contains("<<", StringComparison.Ordinal)) parser = new MergingParser(parser);
        parser.Consume<StreamStart>();
        while (!parser.Accept<StreamEnd>(out _))
        {
            parser.Consume<DocumentStart>();
            var node = ReadNode(parser, new Anchors(), 0);
            parser.Consume<DocumentEnd>();
            if (node is not null) yield return node;
        }
    }

    private static JsonNode? ReadNode(IParser parser, Anchors anchors, int depth)
    {
        if (depth > MaxDepth) throw new YamlException("exceeded max depth");
        if (parser.TryConsume<AnchorAlias>(out var alias)) return anchors.Copy(alias);
        JsonNode? node;
        var anchor = (parser.Current as NodeEvent)?.Anchor ?? AnchorName.Empty;
        if (parser.TryConsume<MappingStart>(out _))
        {
            var obj = new JsonObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var key = parser.Consume<Scalar>().Value;
                obj[key] = ReadNode(parser, anchors, depth + 1);
            }
            node = obj;
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            var array = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) array.Add(ReadNode(parser, anchors, depth + 1));
            node = array;
        }
        else node = Scalar(parser.Consume<Scalar>());
        if (!anchor.IsEmpty) anchors.Add(anchor.Value, node);
        return node;
    }

    /// <summary>The anchors of a document. What they name is complete, and copied for each alias.</summary>
    private sealed class Anchors
    {
        private readonly Dictionary<string, JsonNode?> _nodes = new(StringComparer.Ordinal);
        private int _left = MaxAliased;

        public void Add(string name, JsonNode? node) => _nodes[name] = node;

        public JsonNode? Copy(AnchorAlias alias)
        {
            if (!_nodes.TryGetValue(alias.Value.Value, out var node))
                throw new YamlException(alias.Start, alias.End, $"unknown anchor '{alias.Value}' referenced");
            Spend(node);
            return node?.DeepClone();
        }

        private void Spend(JsonNode? node)
        {
            if (--_left < 0) throw new YamlException("document contains excessive aliasing");
            if (node is JsonObject obj) foreach (var (_, value) in obj) Spend(value);
            else if (node is JsonArray array) foreach (var value in array) Spend(value);
        }
    }

    private static JsonNode? Scalar(Scalar scalar)
    {
        if (scalar.Style is not ScalarStyle.Plain) return JsonValue.Create(scalar.Value);
        var text = scalar.Value;
        if (text is "" or "~" or "null" or "Null" or "NULL") return null;
        if (text is "true" or "True" or "TRUE" or "yes" or "Yes" or "on" or "On") return JsonValue.Create(true);
        if (text is "false" or "False" or "FALSE" or "no" or "No" or "off" or "Off") return JsonValue.Create(false);
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var l)) return JsonValue.Create(l);
        if ((char.IsAsciiDigit(text[0]) || text[0] is '-' or '.') && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var d)) return JsonValue.Create(d);
        return JsonValue.Create(text);
    }
}
