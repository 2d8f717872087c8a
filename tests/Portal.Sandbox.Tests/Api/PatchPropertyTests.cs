using System.Text.Json.Nodes;
using CsCheck;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Xunit;

namespace Portal.Sandbox.Tests.Api;

/// <summary>Laws of the patch algorithms, on generated objects.</summary>
[Collection(SandboxCollection.Name)]
public sealed class PatchPropertyTests(SandboxFixture sandbox)
{
    private static readonly string[] s_names = ["a", "b", "c", "d/e", "f~g"];

    private static readonly Gen<JsonNode> s_scalar = Gen.Int[0, 5].Select(i => i switch { 0 => JsonValue.Create("text"), 1 => (JsonNode)JsonValue.Create(true), 2 => new JsonArray(1, "x"), _ => JsonValue.Create(i) });

    private static Gen<JsonObject> Objects(int depth) =>
        (from name in Gen.Int[0, s_names.Length - 1]
         from value in depth == 0 ? s_scalar : Gen.OneOf(s_scalar, Objects(depth - 1).Select(o => (JsonNode)o))
         select (s_names[name], value)).Array[0, 5].Select(pairs =>
         {
             var obj = new JsonObject();
             foreach (var (name, value) in pairs) obj[name] = value.DeepClone();
             return obj;
         });

    /// <summary>What managers apply: keys of a config map with their values.</summary>
    private static readonly Gen<(int Manager, (int Key, int Value)[] Data)> s_apply = Gen.Select(Gen.Int[0, 2], Gen.Select(Gen.Int[0, 5], Gen.Int[0, 2]).Array[0, 5]);

    [Fact]
    public void Merge_OfTheDifference_GivesTheOther() => Gen.Select(Objects(2), Objects(2)).Sample((a, b) =>
    {
        var patch = Difference(a, b);
        var once = Patches.Merge(a.DeepClone(), patch);
        Assert.True(JsonNode.DeepEquals(b, once));
        Assert.True(JsonNode.DeepEquals(once, Patches.Merge(once!.DeepClone(), patch)));
    }, iter: 1000);

    [Fact]
    public void Json_OfTheDifference_GivesTheOther() => Gen.Select(Objects(2), Objects(2)).Sample((a, b) =>
    {
        var operations = new JsonArray();
        Operations(a, b, "", operations);
        Assert.True(JsonNode.DeepEquals(b, Patches.Json(a.Copy(), operations)));
    }, iter: 1000);

    [Fact]
    public void Strategic_OfTheDifferenceOfKeyedLists_GivesTheOther() => Gen.Select(Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2]).Array[0, 6], Gen.Select(Gen.Int[0, 6], Gen.Int[0, 2]).Array[0, 6]).Sample((left, right) =>
    {
        var (a, b) = (Variables(left), Variables(right));
        var changes = new JsonArray();
        foreach (var item in b.OfType<JsonObject>().Where(i => !a.Any(o => JsonNode.DeepEquals(o, i)))) changes.Add(item.DeepClone());
        foreach (var item in a.Where(i => b.All(o => o.Str("name") != i.Str("name")))) changes.Add(new JsonObject { ["name"] = item.Str("name"), ["$patch"] = "delete" });
        var patch = Pod(changes);
        patch["spec"]!["containers"]![0]!["$setElementOrder/env"] = new JsonArray([.. b.Select(i => new JsonObject { ["name"] = i.Str("name") })]);

        var once = StrategicMergePatch.Apply(Pod(a), patch.Copy(), BuiltInResources.Pods.Schema);

        Assert.Equal(Pod(b).ToText(), WithEnv(once).ToText());
        Assert.Equal(once.ToText(), StrategicMergePatch.Apply(once.Copy(), patch, BuiltInResources.Pods.Schema).ToText());
    }, iter: 1000);

    [Fact]
    public void Apply_ByManyManagers_RemovesExactlyWhatNobodyOwns()
    {
        var cluster = sandbox.Server.GetOrCreate("apply-properties");
        var run = 0;
        s_apply.Array[1, 8].Sample(applies =>
        {
            var name = $"c{Interlocked.Increment(ref run)}";
            var (owners, data) = (new Dictionary<string, HashSet<int>>(), new SortedDictionary<string, string>(StringComparer.Ordinal));
            foreach (var (manager, pairs) in applies)
            {
                var wanted = new Dictionary<string, string>();
                foreach (var (key, value) in pairs) wanted[$"k{key}"] = $"v{value}";
                var applied = Apply(name, manager, wanted);
                foreach (var key in owners.Keys.Where(k => owners[k].Contains(manager) && !wanted.ContainsKey(k)).ToList())
                {
                    owners[key].Remove(manager);
                    if (owners[key].Count == 0 && owners.Remove(key)) data.Remove(key);
                }
                foreach (var (key, value) in wanted)
                {
                    // Another value is taken over by force; the same value is shared.
                    if (!data.TryGetValue(key, out var current) || current != value) owners[key] = [];
                    owners[key].Add(manager);
                    data[key] = value;
                }
                Assert.Equal(data, applied.Map("data").OrderBy(p => p.Key, StringComparer.Ordinal));
                Assert.Equal(applied.Str("metadata", "resourceVersion"), Apply(name, manager, wanted).Str("metadata", "resourceVersion"));
            }
        }, iter: 300, threads: 1);

        JsonObject Apply(string name, int manager, Dictionary<string, string> wanted)
        {
            var configuration = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = name } };
            if (wanted.Count > 0) configuration["data"] = new JsonObject(wanted.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
            return cluster.Operations.Apply(BuiltInResources.ConfigMaps, "default", name, "", configuration, new WriteOptions { User = "test", FieldManager = $"m{manager}", Force = true }).Object;
        }
    }

    private static JsonObject Difference(JsonObject from, JsonObject to)
    {
        var patch = new JsonObject();
        foreach (var (name, _) in from.Where(p => !to.ContainsKey(p.Key))) patch[name] = null;
        foreach (var (name, value) in to)
        {
            if (JsonNode.DeepEquals(from[name], value)) continue;
            patch[name] = from[name] is JsonObject before && value is JsonObject after ? Difference(before, after) : value!.DeepClone();
        }
        return patch;
    }

    private static void Operations(JsonObject from, JsonObject to, string path, JsonArray operations)
    {
        static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        foreach (var (name, _) in from.Where(p => !to.ContainsKey(p.Key))) operations.Add(new JsonObject { ["op"] = "remove", ["path"] = $"{path}/{Escape(name)}" });
        foreach (var (name, value) in to)
        {
            var at = $"{path}/{Escape(name)}";
            if (from[name] is JsonObject before && value is JsonObject after) Operations(before, after, at, operations);
            else if (!from.ContainsKey(name)) operations.Add(new JsonObject { ["op"] = "add", ["path"] = at, ["value"] = value!.DeepClone() });
            else if (!JsonNode.DeepEquals(from[name], value)) operations.Add(new JsonObject { ["op"] = "replace", ["path"] = at, ["value"] = value!.DeepClone() });
        }
    }

    private static JsonArray Variables((int Name, int Value)[] pairs) =>
        new([.. pairs.DistinctBy(p => p.Name).Select(p => new JsonObject { ["name"] = $"N{p.Name}", ["value"] = $"v{p.Value}" })]);

    private static JsonObject Pod(JsonArray variables) => new() { ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "c", ["env"] = variables.DeepClone() }) } };

    /// <summary>A list of which everything was deleted may also be gone.</summary>
    private static JsonObject WithEnv(JsonObject pod)
    {
        var copy = pod.Copy();
        ((JsonObject)copy["spec"]!["containers"]![0]!)["env"] ??= new JsonArray();
        return copy;
    }
}
