using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Api;

/// <summary>
/// Applies a strategic merge patch (k8s.io/apimachinery/pkg/util/strategicpatch): maps merge, lists merge by the schema's
/// key, and directives (<c>$patch</c>, <c>$deleteFromPrimitiveList</c>, <c>$setElementOrder</c>, <c>$retainKeys</c>) are obeyed.
/// </summary>
internal static class StrategicMergePatch
{
    private const string PatchDirective = "$patch";
    private const string RetainDirective = "$retainKeys";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";
    private const string OrderPrefix = "$setElementOrder/";

    /// <summary>Merges in place and returns <paramref name="target"/>.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch, SchemaNode? schema)
    {
        switch (patch.Str(PatchDirective))
        {
            case "replace":
                target.Clear();
                foreach (var (name, value) in patch) if (name != PatchDirective) target[name] = value?.DeepClone();
                return target;
            case "delete":
                target.Clear();
                return target;
            case null or "merge": break;
            case var other: throw ApiError.BadRequest($"Unknown patch type found: {other}");
        }
        if (patch.Arr(RetainDirective) is { } retain)
        {
            var keep = retain.Select(n => n.Str()).ToHashSet();
            foreach (var name in target.Select(p => p.Key).Where(k => !keep.Contains(k)).ToList()) target.Remove(name);
        }
        var orders = new List<(string Name, JsonArray Order)>();
        foreach (var (name, value) in patch)
        {
            if (name is PatchDirective or RetainDirective) continue;
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal))
            {
                if (target[name[DeletePrefix.Length..]] is JsonArray list && value is JsonArray gone)
                    for (var i = list.Count - 1; i >= 0; i--) if (gone.Any(g => JsonNode.DeepEquals(g, list[i]))) list.RemoveAt(i);
                continue;
            }
            if (name.StartsWith(OrderPrefix, StringComparison.Ordinal))
            {
                if (value is JsonArray order) orders.Add((name[OrderPrefix.Length..], order));
                continue;
            }
            Field(target, name, value, schema?.Child(name));
        }
        foreach (var (name, order) in orders) Reorder(target[name] as JsonArray, order, schema?.Child(name));
        return target;
    }

    private static void Field(JsonObject target, string name, JsonNode? value, SchemaNode? schema)
    {
        switch (value)
        {
            case null:
                target.Remove(name);
                break;
            case JsonObject obj:
                if (obj.Str(PatchDirective) == "delete")
                {
                    target.Remove(name);
                    break;
                }
                target[name] = Apply(target[name] is JsonObject existing ? existing.Copy() : [], obj, schema);
                break;
            case JsonArray array when schema?.PatchMergeKey is { } key:
                target[name] = key.Length == 0 ? MergeSet(target[name] as JsonArray, array) : MergeList(target[name] as JsonArray, array, key, schema.Items);
                break;
            default:
                target[name] = value.DeepClone();
                break;
        }
    }

    private static JsonArray MergeSet(JsonArray? target, JsonArray patch)
    {
        var result = target?.Copy() ?? [];
        foreach (var item in patch) if (!result.Any(r => JsonNode.DeepEquals(r, item))) result.Add(item?.DeepClone());
        return result;
    }

    private static JsonArray MergeList(JsonArray? target, JsonArray patch, string key, SchemaNode? items)
    {
        var result = patch.OfType<JsonObject>().Any(p => p.Str(PatchDirective) == "replace") ? [] : target?.Copy() ?? [];
        foreach (var item in patch)
        {
            if (item is not JsonObject obj)
            {
                result.Add(item?.DeepClone());
                continue;
            }
            var directive = obj.Str(PatchDirective);
            if (directive == "replace" && obj.Count == 1) continue;
            var index = Find(result, key, obj[key]);
            if (directive == "delete")
            {
                if (index >= 0) result.RemoveAt(index);
                continue;
            }
            if (index >= 0) result[index] = Apply(((JsonObject)result[index]!).Copy(), obj, items);
            else result.Add(Apply([], obj, items));
        }
        return result;
    }

    private static int Find(JsonArray list, string key, JsonNode? value)
    {
        for (var i = 0; i < list.Count; i++) if (list[i] is JsonObject o && JsonNode.DeepEquals(o[key], value)) return i;
        return -1;
    }

    /// <summary>Elements named in the order stand in that order; the others keep their place relative to what preceded them.</summary>
    private static void Reorder(JsonArray? list, JsonArray order, SchemaNode? schema)
    {
        if (list is null || schema?.PatchMergeKey is not { } key) return;
        int Rank(JsonNode? item)
        {
            for (var i = 0; i < order.Count; i++)
            {
                if (key.Length == 0 ? JsonNode.DeepEquals(order[i], item) : JsonNode.DeepEquals(order[i].At(key), item.At(key))) return i;
            }
            return -1;
        }
        var ranked = new List<(int Rank, JsonNode? Item)>();
        var last = -1;
        foreach (var item in list)
        {
            var rank = Rank(item);
            if (rank >= 0) last = rank;
            ranked.Add((rank >= 0 ? rank : last, item?.DeepClone()));
        }
        list.Clear();
        foreach (var (_, item) in ranked.OrderBy(r => r.Rank)) list.Add(item);
    }
}
