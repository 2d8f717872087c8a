using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Api;

/// <summary>Field ownership (<c>metadata.managedFields</c>).</summary>
internal static class ManagedFields
{
    public static void Created(ResourceType type, JsonObject obj, WriteOptions options, string now) { }

    public static void Updated(ResourceType type, JsonObject old, JsonObject next, string subresource, WriteOptions options, string now) { }

    /// <summary>Gives entries of <paramref name="to"/> the times of their equals in <paramref name="from"/>.</summary>
    public static void CopyTimes(JsonObject from, JsonObject to)
    {
        var before = from.Objects("metadata", "managedFields").ToDictionary(Key, e => e.Str("time"));
        foreach (var entry in to.Objects("metadata", "managedFields"))
        {
            if (before.TryGetValue(Key(entry), out var time)) entry["time"] = time;
        }
    }

    private static (string?, string?, string?, string?) Key(JsonObject e) => (e.Str("manager"), e.Str("operation"), e.Str("apiVersion"), e.Str("subresource"));
}
