using Portal.Clusters.Schemas;
using YamlDotNet.RepresentationModel;

namespace Portal.Labs.Editing;

/// <summary>Fields of a manifest that its schema does not have, and values that are none of those it allows.</summary>
internal static class UnknownFields
{
    public static IEnumerable<ManifestProblem> Find(YamlNode node, FieldSchema schema) => Find(node, schema, "");

    private static IEnumerable<ManifestProblem> Find(YamlNode node, FieldSchema schema, string path) =>
        node switch
        {
            YamlMappingNode mapping when schema.IsObject => FindIn(mapping, schema, path),
            YamlSequenceNode list when schema.Items is { } items => list.Children.SelectMany(c => Find(c, items, path)),
            YamlScalarNode { Value: { Length: > 0 } value }
                when !schema.Values.IsEmpty && !schema.Values.Contains(value) =>
                [ManifestCheck.At(node, $"{value} is no value of {path}: {string.Join(", ", schema.Values)}.")],
            _ => [],
        };

    private static IEnumerable<ManifestProblem> FindIn(YamlMappingNode mapping, FieldSchema schema, string path)
    {
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name }) continue;
            var below = path.Length == 0 ? name : $"{path}.{name}";
            if (schema.Field(name) is { } field)
            {
                foreach (var problem in Find(value, field, below)) yield return problem;
            }
            // An object of which nothing is said may hold anything.
            else if (schema.Properties.Count > 0 && !schema.TakesAnything)
                yield return ManifestCheck.At(
                    key,
                    $"{name} is no field of {(path.Length == 0 ? "this kind" : path)}"
                        + $"{NearestName.Hint(name, schema.Properties.Keys)}."
                );
        }
    }
}
