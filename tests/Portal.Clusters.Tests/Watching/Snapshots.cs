using System.Text.Json;
using Portal.Clusters.Watching;

namespace Portal.Clusters.Tests.Watching;

/// <summary>Snapshots from objects written as relaxed JSON: single quotes stand for double ones.</summary>
internal static class Snapshots
{
    public static ClusterSnapshot Of(params string[] objects) => new()
    {
        Synced = true,
        Objects = ClusterSnapshot.Empty.Objects.AddRange(objects.Select(Read).Select(o => KeyValuePair.Create(o.Key, o))),
    };

    public static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text.Replace('\'', '"'));

    private static ClusterObject Read(string text)
    {
        var json = Json(text);
        var apiVersion = json.GetProperty("apiVersion").GetString()!;
        var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion.Split('/')[0] : "";
        var version = apiVersion.Split('/')[^1];
        return ObjectReader.Read(new WatchedKind(group, version, "", json.GetProperty("kind").GetString()!), json)!;
    }
}
