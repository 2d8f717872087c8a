using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Ownership;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Api;

/// <summary>
/// Server-side apply: the configuration is merged into the live object by the schema's list types, what the applier no longer
/// sets and nobody else owns goes, and changing another manager's field is a conflict unless forced.
/// </summary>
internal static class ServerSideApply
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Manager of what was there before anyone's ownership was known.</summary>
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>The live object after an apply, with its managedFields.</summary>
    /// <exception cref="ApiException">409: other managers own fields that would change.</exception>
    public static JsonObject Apply(ResourceType type, JsonObject live, JsonObject applied, string subresource, WriteOptions options, string now)
    {
        var entries = ManagedFields.Read(live);
        if (entries.Count == 0) entries.Add(new() { Manager = BeforeFirstApply, Operation = "Update", ApiVersion = type.ApiVersion, Time = now, Fields = ManagedFields.All(type, live) });
        var applier = ManagedFields.Applier(type, applied, subresource, options, now);
        var former = entries.Find(applier.IsSameOwner);
        entries.RemoveAll(applier.IsSameOwner);

        var config = Owned(type, applied, subresource);
        var merged = Merge(live.Copy(), config, type.Schema);
        if (former is not null)
        {
            // With the system fields: they keep metadata from going when its last owned field goes.
            var owned = entries.Aggregate(TypedValue.ToSet(config, type.Schema), (set, e) => set.Union(e.Fields));
            TypedValue.Remove(merged, TypedValue.WithParents(former.Fields, type.Schema).Difference(TypedValue.WithParents(owned, type.Schema)), type.Schema);
        }
        var changes = Comparison.Of(live, merged, type.Schema);
        var taken = changes.Added.Union(changes.Modified);
        var conflicts = entries.Select(e => e with { Fields = e.Fields.Intersection(taken) }).Where(e => !e.Fields.IsEmpty).ToList();
        if (!options.Force) CheckConflicts(type, live, conflicts, options.FieldManager);

        var touched = taken.Union(changes.Removed);
        entries = [.. entries.Select(e => e with { Fields = e.Fields.Difference(touched) })];
        var same = changes.IsSame && former is not null && former.Fields.SameAs(applier.Fields);
        entries.Add(same ? applier with { Time = former!.Time } : applier);
        ManagedFields.Write(merged, entries);
        KeepLastApplied(live, merged, applied, options.FieldManager);
        return merged;
    }

    /// <summary>The part of a configuration that applies: without status, or only status through that subresource.</summary>
    public static JsonObject Owned(ResourceType type, JsonObject applied, string subresource)
    {
        var config = applied.Copy();
        config.Obj("metadata")?.Remove("managedFields");
        if (subresource == "status")
        {
            foreach (var (name, _) in config.ToArray().Where(p => p.Key is not ("apiVersion" or "kind" or "metadata" or "status"))) config.Remove(name);
            foreach (var (name, _) in config.Ensure("metadata").ToArray().Where(p => p.Key is not ("name" or "namespace" or "uid" or "resourceVersion"))) config.Ensure("metadata").Remove(name);
        }
        else if (type.HasStatus) config.Remove("status");
        return config;
    }

    /// <summary>Merges a configuration into a live object, in place.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject applied, SchemaNode? schema)
    {
        foreach (var (name, value) in applied) live[name] = Value(live[name], value, schema?.Child(name));
        return live;
    }

    private static JsonNode? Value(JsonNode? live, JsonNode? applied, SchemaNode? schema) => (TypedValue.ShapeOf(applied, schema), live) switch
    {
        (Shape.Map, JsonObject existing) => Merge(existing.Copy(), (JsonObject)applied!, schema),
        (Shape.List, JsonArray list) => List(list, (JsonArray)applied!, schema!),
        _ => applied?.DeepClone(),
    };

    /// <summary>Items in the order of the configuration; those that only the live list has keep their place before the next common item.</summary>
    private static JsonArray List(JsonArray live, JsonArray applied, SchemaNode schema)
    {
        var existing = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in live) existing.TryAdd(TypedValue.ElementOf(item, schema), item);
        var wanted = applied.Select(item => (Item: item, Element: TypedValue.ElementOf(item, schema))).ToList();
        var elements = wanted.Select(w => w.Element).ToHashSet(StringComparer.Ordinal);
        var common = new Queue<string>(wanted.Select(w => w.Element).Where(existing.ContainsKey));
        var result = new JsonArray();
        var next = 0;
        foreach (var (item, element) in wanted)
        {
            TakeLiveOnly();
            result.Add(Value(existing.GetValueOrDefault(element), item, schema.Items));
            if (common.TryPeek(out var shared) && shared == element) common.Dequeue();
        }
        TakeLiveOnly();
        return result;

        // Stops at the common item that is merged next; others that are common come in the configuration's order.
        void TakeLiveOnly()
        {
            for (; next < live.Count; next++)
            {
                var element = TypedValue.ElementOf(live[next], schema);
                if (common.TryPeek(out var shared) && shared == element) return;
                if (!elements.Contains(element)) result.Add(live[next]?.DeepClone());
            }
        }
    }

    private static void CheckConflicts(ResourceType type, JsonObject live, List<ManagedFieldsEntry> conflicts, string manager)
    {
        // kubectl may take what its own client-side apply set: that is how it moves to server-side apply.
        if (manager == "kubectl" && conflicts.Count > 0 && LastAppliedOf(live) is { } last)
        {
            var allowed = TypedValue.ToSet(last, type.Schema);
            conflicts = [.. conflicts.Select(e => e with { Fields = e.Fields.Difference(allowed) }).Where(e => !e.Fields.IsEmpty)];
        }
        if (conflicts.Count == 0) return;
        var found = conflicts.Select(e => (Owner: e.ToString(), Paths: e.Fields.Paths().ToList())).OrderBy(c => c.Owner, StringComparer.Ordinal).ToList();
        var count = found.Sum(c => c.Paths.Count);
        var text = count == 1
            ? $"Apply failed with 1 conflict: conflict with {found[0].Owner}: {found[0].Paths[0]}"
            : $"Apply failed with {count} conflicts: " + string.Join('\n', found.Select(c => $"conflicts with {c.Owner}:\n" + string.Join('\n', c.Paths.Select(p => "- " + p))));
        var causes = found.SelectMany(c => c.Paths.Select(p => (JsonNode)new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict with {c.Owner}", ["field"] = p }));
        throw new ApiException(409, "Conflict", text, new JsonObject { ["causes"] = new JsonArray([.. causes]) });
    }

    /// <summary>Keeps client-side apply usable after kubectl's server-side apply.</summary>
    private static void KeepLastApplied(JsonObject live, JsonObject merged, JsonObject applied, string manager)
    {
        if (manager != "kubectl" || live.Str("metadata", "annotations", LastApplied) is null) return;
        var config = applied.Copy();
        config.Obj("metadata", "annotations")?.Remove(LastApplied);
        if (merged.Obj("metadata", "annotations") is { } annotations && annotations.ContainsKey(LastApplied)) annotations[LastApplied] = config.ToText() + "\n";
    }

    private static JsonObject? LastAppliedOf(JsonObject live)
    {
        try
        {
            return live.Str("metadata", "annotations", LastApplied) is { Length: > 0 } text ? JsonNode.Parse(text) as JsonObject : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
