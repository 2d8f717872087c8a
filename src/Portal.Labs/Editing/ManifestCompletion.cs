using System.Collections.Immutable;
using Portal.Clusters.Schemas;

namespace Portal.Labs.Editing;

/// <summary>What fits at a place of a manifest, by the schema of its kind.</summary>
internal static class ManifestCompletion
{
    private static readonly ImmutableArray<string> s_truths = ["true", "false"];

    /// <summary>The kind that a document says it is; null while it says none that is served.</summary>
    public static ServedKind? KindOf(YamlPlace place, ImmutableArray<ServedKind> kinds)
    {
        var kind = place.Root.GetValueOrDefault("kind");
        var version = place.Root.GetValueOrDefault("apiVersion");
        return kinds.FirstOrDefault(k => k.Kind == kind && (version is null || k.ApiVersion == version));
    }

    /// <param name="schema">Of the document's kind; null when that is not known.</param>
    public static Suggestions Complete(YamlPlace place, ImmutableArray<ServedKind> kinds, FieldSchema? schema)
    {
        IEnumerable<Suggestion> items = place switch
        {
            { IsValue: true, Path: [{ Name: "kind" }] } => Kinds(place, kinds),
            { IsValue: true, Path: [{ Name: "apiVersion" }] } => Versions(place, kinds),
            { IsValue: false, Path: [], Root.IsEmpty: true } => Documents(kinds),
            _ when Walk(schema, place.Path) is { } at => place.IsValue ? Values(at) : Fields(place, at),
            { IsValue: false, Path: [] } => Beginnings(place),
            _ => [],
        };
        return new([.. items], place.Start, place.End);
    }

    /// <returns>Null when nothing is known of the field, or it is none.</returns>
    public static FieldExplanation? Explain(YamlPlace place, FieldSchema? schema)
    {
        if (place.IsValue || !place.IsNamed || Walk(schema, place.Path) is not { } above) return null;
        if (above.Field(place.Word) is not { } field) return null;
        var names = place.Path.Select(s => s.Name).OfType<string>().Append(place.Word);
        return new(string.Join('.', names), field.TypeText, field.Description, above.Required.Contains(place.Word));
    }

    /// <summary>The schema of what a path leads to.</summary>
    public static FieldSchema? Walk(FieldSchema? schema, IEnumerable<YamlStep> path)
    {
        foreach (var step in path) schema = step.Name is { } name ? schema?.Field(name) : schema?.Items;
        return schema;
    }

    private static IEnumerable<Suggestion> Fields(YamlPlace place, FieldSchema at)
    {
        if (at.Properties.Count == 0) return Values(at); // a list of words
        var required = at.Required;
        var deeper = new string(' ', place.Indent + 2);
        return at
            .Properties.Where(p => !place.Siblings.Contains(p.Key) && !IsTheClusters(place, p.Key))
            .Select(p => new Suggestion(
                p.Key,
                p switch
                {
                    _ when place.IsNamed => p.Key,
                    { Value.IsList: true } => $"{p.Key}:\n{deeper}- ",
                    { Value.IsObject: true } => $"{p.Key}:\n{deeper}",
                    _ => $"{p.Key}: ",
                },
                p.Value.TypeText,
                p.Value.Description,
                SuggestionKind.Field,
                required.Contains(p.Key)
            ));
    }

    /// <summary>What nobody writes, because the cluster does.</summary>
    private static bool IsTheClusters(YamlPlace place, string name) =>
        place.Path switch
        {
            [] => name == "status",
            [{ Name: "metadata" }] => name
                is "managedFields" or "uid" or "resourceVersion" or "generation" or "selfLink" or "creationTimestamp"
                    or "deletionTimestamp" or "deletionGracePeriodSeconds",
            _ => false,
        };

    private static IEnumerable<Suggestion> Values(FieldSchema at) =>
        (at.IsBoolean ? s_truths : at.Values).Select(v =>
            new Suggestion(v, v, at.TypeText, at.Description, SuggestionKind.Value)
        );

    private static IEnumerable<Suggestion> Kinds(YamlPlace place, ImmutableArray<ServedKind> kinds)
    {
        var version = place.Root.GetValueOrDefault("apiVersion");
        return kinds
            .Where(k => string.IsNullOrEmpty(version) || k.ApiVersion == version)
            .DistinctBy(k => k.Kind)
            .Select(k => new Suggestion(k.Kind, k.Kind, k.ApiVersion, "", SuggestionKind.Value));
    }

    private static IEnumerable<Suggestion> Versions(YamlPlace place, ImmutableArray<ServedKind> kinds)
    {
        var kind = place.Root.GetValueOrDefault("kind");
        return kinds
            .Where(k => string.IsNullOrEmpty(kind) || k.Kind == kind)
            .GroupBy(k => k.ApiVersion)
            .Select(g =>
                new Suggestion(g.Key, g.Key, string.Join(", ", g.Select(k => k.Kind).Take(3)), "", SuggestionKind.Value)
            );
    }

    /// <summary>The beginning of each kind, where there is nothing yet.</summary>
    private static IEnumerable<Suggestion> Documents(ImmutableArray<ServedKind> kinds) =>
        kinds
            .DistinctBy(k => (k.Group, k.Kind))
            .Select(k => new Suggestion(
                k.Kind,
                $"apiVersion: {k.ApiVersion}\nkind: {k.Kind}\nmetadata:\n  name: ",
                k.ApiVersion,
                $"Begins a {k.Kind}.",
                SuggestionKind.Document
            ));

    private static IEnumerable<Suggestion> Beginnings(YamlPlace place) =>
        new[] { "apiVersion", "kind" }
            .Where(n => !place.Siblings.Contains(n))
            .Select(n =>
                new Suggestion(n, place.IsNamed ? n : $"{n}: ", "string", "", SuggestionKind.Field, IsRequired: true)
            );
}
