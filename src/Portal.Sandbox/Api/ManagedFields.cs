using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Ownership;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>Field ownership (<c>metadata.managedFields</c>) of every write that is not an apply.</summary>
internal static class ManagedFields
{
    /// <summary>More owners through updates than this share an entry.</summary>
    private const int MaxUpdaters = 10;

    private const string AncientChanges = "ancient-changes";

    /// <summary>Fields that the API server owns.</summary>
    private static readonly FieldSet s_system = FieldSet.Of("apiVersion", "kind", "metadata", "metadata/name", "metadata/namespace", "metadata/creationTimestamp", "metadata/selfLink",
        "metadata/uid", "metadata/clusterName", "metadata/generation", "metadata/managedFields", "metadata/resourceVersion");

    /// <summary>Notes who made an object that has its defaults but has not passed admission.</summary>
    public static void Created(ResourceType type, JsonObject obj, WriteOptions options, string now)
    {
        if (options.Applied is { } applied) Write(obj, [Applier(type, applied, "", options, now)]);
        else if (options.TracksOwnership) Write(obj, [Updater(type, "", options, now) with { Fields = All(type, obj) }]);
    }

    /// <summary>Gives the fields that a write changed to its writer.</summary>
    public static void Updated(ResourceType type, JsonObject old, JsonObject next, string subresource, WriteOptions options, string now)
    {
        if (options.Applied is not null) return;
        var entries = Wanted(old, next, subresource);
        // An object whose ownership was reset stays without until someone applies to it.
        if (entries.Count == 0)
        {
            next.Obj("metadata")?.Remove("managedFields");
            return;
        }
        var changes = Comparison.Of(old, next, type.Schema);
        var taken = changes.Added.Union(changes.Modified).Difference(s_system);
        var touched = taken.Union(changes.Removed.Difference(s_system));
        if (!touched.IsEmpty)
        {
            var writer = Updater(type, subresource, options, now);
            var own = entries.Find(writer.IsSameOwner);
            entries = [.. entries.Select(e => e with { Fields = e.Fields.Difference(touched) })];
            if (options.TracksOwnership)
            {
                entries.RemoveAll(writer.IsSameOwner);
                entries.Add(writer with { Fields = own is null ? taken : own.Fields.Difference(touched).Union(taken) });
            }
        }
        Write(next, entries);
    }

    /// <summary>The entries of an object; none when they cannot be read.</summary>
    public static List<ManagedFieldsEntry> Read(JsonObject obj)
    {
        try
        {
            return [.. obj.Objects("metadata", "managedFields").Select(ManagedFieldsEntry.FromJson)];
        }
        catch (FormatException)
        {
            return [];
        }
    }

    public static void Write(JsonObject obj, List<ManagedFieldsEntry> entries)
    {
        var kept = Cap([.. entries.Where(e => !e.Fields.IsEmpty)])
            .OrderBy(e => e.Operation, StringComparer.Ordinal).ThenBy(e => e.Time, StringComparer.Ordinal).ThenBy(e => e.Manager, StringComparer.Ordinal)
            .ThenBy(e => e.ApiVersion, StringComparer.Ordinal).ThenBy(e => e.Subresource, StringComparer.Ordinal);
        var json = new JsonArray([.. kept.Select(e => e.ToJson())]);
        if (json.Count > 0) obj.Ensure("metadata")["managedFields"] = json;
        else obj.Obj("metadata")?.Remove("managedFields");
    }

    /// <summary>The entry of an apply: whatever its configuration sets.</summary>
    public static ManagedFieldsEntry Applier(ResourceType type, JsonObject applied, string subresource, WriteOptions options, string now) => new()
    {
        Manager = options.FieldManager,
        Operation = "Apply",
        ApiVersion = type.ApiVersion,
        Subresource = subresource,
        Time = now,
        Fields = TypedValue.ToSet(ServerSideApply.Owned(type, applied, subresource), type.Schema).Difference(s_system),
    };

    /// <summary>Everything that an object sets, as if someone had created it.</summary>
    public static FieldSet All(ResourceType type, JsonObject obj)
    {
        var set = Comparison.Of([], obj, type.Schema).Added.Difference(s_system);
        return type.HasStatus ? set.Without("f:status") : set;
    }

    /// <summary>Gives entries of <paramref name="to"/> the times of their equals in <paramref name="from"/>.</summary>
    public static void CopyTimes(JsonObject from, JsonObject to)
    {
        var before = new Dictionary<(string?, string?, string?, string?), JsonNode?>();
        foreach (var entry in from.Objects("metadata", "managedFields")) before[Key(entry)] = entry["time"];
        foreach (var entry in to.Objects("metadata", "managedFields"))
        {
            if (!before.TryGetValue(Key(entry), out var time)) continue;
            if (time is null) entry.Remove("time");
            else entry["time"] = time.DeepClone();
        }
    }

    /// <summary>A client may write the entries themselves, but not through a subresource; leaving them out keeps them.</summary>
    private static List<ManagedFieldsEntry> Wanted(JsonObject old, JsonObject next, string subresource)
    {
        if (subresource.Length > 0) return Read(old);
        if (next.Arr("metadata", "managedFields") is { } given && (given.Count == 0 || given is [JsonObject { Count: 0 }])) return [];
        return Read(next) is { Count: > 0 } entries ? entries : Read(old);
    }

    private static ManagedFieldsEntry Updater(ResourceType type, string subresource, WriteOptions options, string now) => new()
    {
        Manager = options.FieldManager,
        Operation = "Update",
        ApiVersion = type.ApiVersion,
        Subresource = subresource,
        Time = now,
        Fields = new(),
    };

    private static List<ManagedFieldsEntry> Cap(List<ManagedFieldsEntry> entries)
    {
        var updaters = entries.Where(e => e.Operation == "Update").OrderBy(e => e.Time, StringComparer.Ordinal).ToList();
        if (updaters.Count <= MaxUpdaters) return entries;
        var old = updaters.Take(updaters.Count - MaxUpdaters + 1).ToList();
        return [.. entries.Except(old), .. old.GroupBy(e => e.ApiVersion).Select(g => g.Last() with { Manager = AncientChanges, Subresource = "", Fields = g.Select(e => e.Fields).Aggregate((a, b) => a.Union(b)) })];
    }

    private static (string?, string?, string?, string?) Key(JsonObject e) => (e.Str("manager"), e.Str("operation"), e.Str("apiVersion"), e.Str("subresource"));
}
