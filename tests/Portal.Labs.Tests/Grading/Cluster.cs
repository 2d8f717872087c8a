using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Clusters.Watching;
using Portal.Labs.Grading;
using Portal.Labs.Grading.Routing;

namespace Portal.Labs.Tests.Grading;

/// <summary>Snapshots from objects written as relaxed JSON: single quotes stand for double ones.</summary>
internal static class Cluster
{
    public const string Subsets = "{'apiVersion':'networking.istio.io/v1','kind':'DestinationRule','metadata':{'namespace':'shop','name':'reviews'},'spec':{'host':'reviews','subsets':[{'name':'v1'},{'name':'v2'}]}}";

    public static string Rule(string name, string spec, int day = 1) =>
        $"{{'apiVersion':'networking.istio.io/v1','kind':'VirtualService','metadata':{{'namespace':'shop','name':'{name}','creationTimestamp':'2026-01-0{day}T00:00:00Z'}},'spec':{{'hosts':['reviews'],{spec}}}}}";

    /// <summary>One entry that splits between v1 and v2.</summary>
    public static string Split(int v1, int v2) => $"{{'route':[{To("v1", v1)},{To("v2", v2)}]}}";

    public static string To(string subset, int weight) => $"{{'destination':{{'host':'reviews','subset':'{subset}'}},'weight':{weight}}}";

    public static ClusterSnapshot Of(params string[] objects) => new()
    {
        Synced = true,
        Objects = ClusterSnapshot.Empty.Objects.AddRange(objects.Select(Read).Select(o => KeyValuePair.Create(o.Key, o))),
    };

    /// <summary>A context without an API: for probes that read the snapshot.</summary>
    public static ProbeContext Context(ClusterSnapshot snapshot, RouteHistory? history = null, string? answer = null) =>
        new(snapshot, null!, history ?? new([], TimeProvider.System), answer, new("", null, Path.GetTempPath()));

    public static JsonObject Settings(string text) => JsonNode.Parse(text.Replace('\'', '"'))!.AsObject();

    private static ClusterObject Read(string text)
    {
        var json = JsonSerializer.Deserialize<JsonElement>(text.Replace('\'', '"'));
        var apiVersion = json.GetProperty("apiVersion").GetString()!;
        var metadata = json.GetProperty("metadata");
        var group = apiVersion.Contains('/', StringComparison.Ordinal) ? apiVersion.Split('/')[0] : "";
        var ns = metadata.TryGetProperty("namespace", out var value) ? value.GetString()! : "";
        return new(new(group, json.GetProperty("kind").GetString()!, ns, metadata.GetProperty("name").GetString()!), apiVersion, "", "1", json);
    }
}
