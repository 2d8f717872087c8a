using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Api;

/// <summary>Merges an applied configuration into a live object by the schema's list types, as structured-merge-diff does.</summary>
internal static class ServerSideApply
{
    public static JsonObject Merge(JsonObject live, JsonObject applied, SchemaNode? schema)
    {
        foreach (var (name, value) in applied)
        {
            live[name] = Value(live[name], value, schema?.Child(name));
        }
        return live;
    }

    private static JsonNode? Value(JsonNode? live, JsonNode? applied, SchemaNode? schema)
    {
        if (applied is JsonObject obj && live is JsonObject existing && schema?.AtomicMap != true) return Merge(existing.Copy(), obj, schema);
        if (applied is JsonArray array && live is JsonArray list && schema is { ListType: not ListType.Atomic }) return List(list.Copy(), array, schema);
        return applied?.DeepClone();
    }

    private static JsonArray List(JsonArray live, JsonArray applied, SchemaNode schema)
    {
        foreach (var item in applied)
        {
            var index = IndexOf(live, item, schema);
            if (index < 0) live.Add(item?.DeepClone());
            else if (schema.ListType == ListType.Map) live[index] = Merge(((JsonObject)live[index]!).Copy(), (JsonObject)item!, schema.Items);
        }
        return live;
    }

    private static int IndexOf(JsonArray list, JsonNode? item, SchemaNode schema)
    {
        for (var i = 0; i < list.Count; i++)
        {
            var same = schema.ListType == ListType.Set
                ? JsonNode.DeepEquals(list[i], item)
                : schema.ListKeys.All(k => (list[i].At(k)?.ToString() ?? KeyDefault(k)) == (item.At(k)?.ToString() ?? KeyDefault(k)));
            if (same) return i;
        }
        return -1;
    }

    /// <summary>A key that was left out stands for its default.</summary>
    private static string KeyDefault(string key) => key == "protocol" ? "TCP" : "";
}
