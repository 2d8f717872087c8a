using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Ownership;

/// <summary>How ownership sees a value: as one thing, as a map of fields, or as a list of items that have an identity.</summary>
internal enum Shape { Leaf, Map, List }

/// <summary>Reads objects through their schema's list and map types. Where there is no schema, maps have fields and lists are one value.</summary>
internal static class TypedValue
{
    public static Shape ShapeOf(JsonNode? value, SchemaNode? schema) => value switch
    {
        JsonObject when schema is null or { Type: SchemaType.Any } => Shape.Map,
        JsonObject when schema is { Type: SchemaType.Object or SchemaType.Map, AtomicMap: false } => Shape.Map,
        JsonArray when schema is { Type: SchemaType.Array, ListType: not ListType.Atomic } => Shape.List,
        _ => Shape.Leaf,
    };

    /// <summary>The path element that tells an item of a set or of a keyed list from the others.</summary>
    public static string ElementOf(JsonNode? item, SchemaNode list)
    {
        if (list.ListType == ListType.Set || item is not JsonObject obj) return "v:" + (item?.ToText() ?? "null");
        var keys = new JsonObject();
        foreach (var key in list.ListKeys.Order(StringComparer.Ordinal))
        {
            if ((obj[key] ?? KeyDefault(list.Items, key)) is { } value) keys[key] = value.DeepClone();
        }
        return "k:" + keys.ToText();
    }

    /// <summary>Every field that a value sets.</summary>
    public static FieldSet ToSet(JsonNode? value, SchemaNode? schema)
    {
        var set = new FieldSet();
        switch (ShapeOf(value, schema))
        {
            case Shape.Map:
                foreach (var (name, child) in (JsonObject)value!)
                {
                    var fields = ToSet(child, schema?.Child(name));
                    if (child is JsonObject { Count: 0 } || !IsDeclared(schema, name)) fields.Include();
                    set.Add("f:" + name, fields);
                }
                break;
            case Shape.List:
                foreach (var item in (JsonArray)value!) set.Add(ElementOf(item, schema!), ToSet(item, schema!.Items).Include());
                break;
            default: return set.Include();
        }
        return set;
    }

    /// <summary>Also includes the declared fields on the way to the set's members.</summary>
    public static FieldSet WithParents(FieldSet set, SchemaNode? schema)
    {
        var result = new FieldSet();
        if (set.IsMember) result.Include();
        foreach (var (element, child) in set.Children)
        {
            var named = element.StartsWith("f:", StringComparison.Ordinal);
            var fields = WithParents(child, named ? schema?.Child(element[2..]) : schema?.Items);
            result.Add(element, named && IsDeclared(schema, element[2..]) ? fields.Include() : fields);
        }
        return result;
    }

    /// <summary>Takes the fields of a set out of a value, in place.</summary>
    /// <returns>False when nothing is left.</returns>
    public static bool Remove(JsonNode? value, FieldSet fields, SchemaNode? schema)
    {
        switch (ShapeOf(value, schema))
        {
            case Shape.Map:
                var obj = (JsonObject)value!;
                foreach (var (name, child) in obj.ToArray())
                {
                    if (fields.Find("f:" + name) is { } below && (below.IsMember || !Remove(child, below, schema?.Child(name)))) obj.Remove(name);
                }
                return obj.Count > 0;
            case Shape.List:
                var list = (JsonArray)value!;
                for (var i = list.Count - 1; i >= 0; i--)
                {
                    if (fields.Find(ElementOf(list[i], schema!)) is { } below && (below.IsMember || !Remove(list[i], below, schema!.Items))) list.RemoveAt(i);
                }
                return list.Count > 0;
            default: return true;
        }
    }

    private static bool IsDeclared(SchemaNode? schema, string name) => schema is { Type: SchemaType.Object } && schema.Properties.ContainsKey(name);

    /// <summary>A key that was left out stands for its default; of the built-in kinds only protocol has one.</summary>
    private static JsonNode? KeyDefault(SchemaNode? item, string key) => item?.Child(key)?.Rules?.Default ?? (key == "protocol" && item?.FullName is not null ? "TCP" : null);
}
