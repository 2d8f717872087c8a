using System.Text.Json.Nodes;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Ownership;

/// <summary>Which fields two versions of an object differ in.</summary>
internal sealed class Comparison
{
    /// <summary>
    /// Fields of built-in kinds that Go always writes (structs by value, lists without omitempty): to the API server they exist
    /// whenever their parent does, so nobody adds them.
    /// </summary>
    private static readonly HashSet<string> s_alwaysThere = new(StringComparer.Ordinal)
    {
        "metadata", "spec", "status", "template", "containers", "strategy", "updateStrategy", "jobTemplate", "resources", "loadBalancer", "names", "nodeInfo", "daemonEndpoints",
    };

    private readonly List<string> _path = [];

    public FieldSet Added { get; } = new();
    public FieldSet Modified { get; } = new();
    public FieldSet Removed { get; } = new();

    public bool IsSame => Added.IsEmpty && Modified.IsEmpty && Removed.IsEmpty;

    public static Comparison Of(JsonObject old, JsonObject next, SchemaNode? schema)
    {
        var comparison = new Comparison();
        comparison.Compare(old, next, schema);
        return comparison;
    }

    private void Compare(JsonNode? old, JsonNode? next, SchemaNode? schema)
    {
        if (old is null && next is null) return;
        var shape = TypedValue.ShapeOf(next ?? old, schema);
        if (old is not null && TypedValue.ShapeOf(old, schema) != shape || Count(old) == 0 && Count(next) == 0) shape = Shape.Leaf;
        switch (shape)
        {
            case Shape.Map:
                Fields(old as JsonObject, next as JsonObject, schema);
                break;
            case Shape.List:
                Items(old as JsonArray, next as JsonArray, schema!);
                break;
            default:
                if (old is not null && next is not null)
                {
                    if (!JsonNode.DeepEquals(old, next)) Modified.Insert(_path);
                    return;
                }
                break;
        }
        if (old is null) Added.Insert(_path);
        else if (next is null) Removed.Insert(_path);
    }

    private void Fields(JsonObject? old, JsonObject? next, SchemaNode? schema)
    {
        foreach (var name in (old ?? []).Select(p => p.Key).Union((next ?? []).Select(p => p.Key)))
        {
            var child = schema?.Child(name);
            var (from, to) = (old?[name], next?[name]);
            if ((child?.FullName ?? child?.Items?.FullName) is not null && s_alwaysThere.Contains(name))
            {
                if (old is not null) from ??= Nothing(child!);
                if (next is not null) to ??= Nothing(child!);
            }
            _path.Add("f:" + name);
            Compare(from, to, child);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Items(JsonArray? old, JsonArray? next, SchemaNode schema)
    {
        var (before, after) = (Group(old, schema), Group(next, schema));
        foreach (var element in before.Keys.Union(after.Keys))
        {
            var (from, to) = (before.GetValueOrDefault(element), after.GetValueOrDefault(element));
            _path.Add(element);
            // Items that share an identity cannot be told apart: they count as one value.
            if (from?.Count > 1 || to?.Count > 1) Duplicates(from, to);
            else Compare(from?[0], to?[0], schema.Items);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Duplicates(List<JsonNode?>? from, List<JsonNode?>? to)
    {
        if (from is null) Added.Insert(_path);
        else if (to is null) Removed.Insert(_path);
        else if (!from.SequenceEqual(to, EqualityComparer<JsonNode?>.Create(JsonNode.DeepEquals))) Modified.Insert(_path);
    }

    private static Dictionary<string, List<JsonNode?>> Group(JsonArray? list, SchemaNode schema)
    {
        var groups = new Dictionary<string, List<JsonNode?>>(StringComparer.Ordinal);
        foreach (var item in list ?? [])
        {
            var element = TypedValue.ElementOf(item, schema);
            if (!groups.TryGetValue(element, out var group)) groups[element] = group = [];
            group.Add(item);
        }
        return groups;
    }

    private static JsonNode Nothing(SchemaNode schema) => schema.Type == SchemaType.Array ? new JsonArray() : new JsonObject();

    /// <summary>How much there is to descend into; an absent value has nothing, a scalar is not to be descended into.</summary>
    private static int Count(JsonNode? value) => value switch
    {
        null => 0,
        JsonObject o => o.Count,
        JsonArray a => a.Count,
        _ => 1,
    };
}
