using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Schemas;

/// <summary>
/// What an OpenAPI v3 document says of a field or an object. Another look at the document, with its references
/// followed.
/// </summary>
public sealed class FieldSchema
{
    /// <summary>References to references end somewhere.</summary>
    private const int MostReferences = 8;

    private readonly JsonElement _components;
    private readonly JsonElement _json;

    /// <summary>Stands beside a reference; of the field, where the other is of its type.</summary>
    private readonly string? _description;

    private FieldSchema(JsonElement components, JsonElement json)
    {
        _components = components;
        for (var i = 0; i < MostReferences && Reference(json) is { } name; i++)
        {
            _description ??= json.Find("description").Text();
            json = components.Find(name);
        }
        _json = json;
    }

    /// <summary>The schema of a kind, or null when the document has none.</summary>
    public static FieldSchema? Of(JsonElement document, string group, string version, string kind)
    {
        var components = document.Find("components", "schemas");
        foreach (var component in components.Members())
        {
            var isIt = component
                .Value.Find("x-kubernetes-group-version-kind")
                .Items()
                .Any(k =>
                    k.Find("kind").Text() == kind
                    && k.Find("version").Text() == version
                    && (k.Find("group").Text() ?? "") == group
                );
            if (isIt) return new(components, component.Value);
        }
        return null;
    }

    public string Description => _description ?? _json.Find("description").Text() ?? "";

    /// <summary>As a reader would say it: <c>string</c>, <c>list of object</c>, <c>map of string</c>.</summary>
    public string TypeText => Words(MostReferences);

    public bool IsList => Type == "array" || _json.Find("items").Exists();
    public bool IsObject => !IsList && (Type == "object" || Properties.Count > 0);

    /// <summary>Whether fields that it does not name are kept all the same.</summary>
    public bool TakesAnything =>
        _json.Find("x-kubernetes-preserve-unknown-fields").IsTrue() || _json.Find("additionalProperties").IsTrue();

    public bool IsBoolean => Type == "boolean";

    public FieldSchema? Items => At(_json.Find("items"));

    /// <summary>What a map holds under names that are its author's.</summary>
    public FieldSchema? Additional =>
        _json.Find("additionalProperties") is { ValueKind: JsonValueKind.Object } values ? At(values) : null;

    /// <summary>Fields by name, sorted.</summary>
    public IReadOnlyDictionary<string, FieldSchema> Properties =>
        field ??= _json
            .Find("properties")
            .Members()
            .ToImmutableSortedDictionary(
                p => p.Name,
                p => new FieldSchema(_components, p.Value),
                StringComparer.Ordinal
            );

    public ImmutableHashSet<string> Required =>
        [.. _json.Find("required").Items().Select(r => r.Text()).OfType<string>()];

    public ImmutableArray<string> Values => [.. _json.Find("enum").Items().Select(v => v.Text()).OfType<string>()];

    /// <summary>What is below it by that name, in a map too; null when there is no such field.</summary>
    public FieldSchema? Field(string name) => Properties.GetValueOrDefault(name) ?? Additional;

    /// <param name="levels">How far it goes down: a list may be one of itself.</param>
    private string Words(int levels) =>
        0 switch
        {
            _ when levels > 0 && Items is { } items => $"list of {items.Words(levels - 1)}",
            _ when levels > 0 && Properties.Count == 0 && Additional is { } values =>
                $"map of {values.Words(levels - 1)}",
            _ when _json.Find("x-kubernetes-int-or-string").IsTrue()
                || (_json.Find("oneOf").Exists() && Type.Length == 0) =>
                "number or string",
            _ when Type.Length > 0 => Type,
            _ => Properties.Count > 0 ? "object" : "any",
        };

    private string Type => _json.Find("type").Text() ?? "";

    private FieldSchema? At(JsonElement json) =>
        json.ValueKind == JsonValueKind.Object ? new FieldSchema(_components, json) : null;

    /// <summary>The component that it refers to, alone or as the only one of several.</summary>
    private static string? Reference(JsonElement json)
    {
        var text = json.Find("$ref").Text();
        if (text is null && json.Find("allOf") is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() == 1)
            text = all[0].Find("$ref").Text();
        const string Components = "#/components/schemas/";
        return text?.StartsWith(Components, StringComparison.Ordinal) == true ? text[Components.Length..] : null;
    }
}
