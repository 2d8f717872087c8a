using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Json;
using Xunit;

namespace Portal.Sandbox.Tests.Ownership;

/// <summary>Server-side apply and updates by several managers; see TestAssets/apply/cases.yaml.</summary>
[Collection(SandboxCollection.Name)]
public sealed class ApplyCaseTests(SandboxFixture sandbox)
{
    private const string Name = "leaf";

    private static readonly Dictionary<string, JsonObject> s_cases = YamlReader.ReadAll(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "TestAssets", "apply", "cases.yaml")))
        .OfType<JsonObject>().ToDictionary(c => c.Str("name")!);

    public static TheoryData<string> Cases() => [.. s_cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_OfSeveralManagers_LeaveTheExpectedOwners(string name)
    {
        var (cluster, _) = sandbox.NewCluster();
        var example = s_cases[name];
        var kind = example.Str("kind") ?? "ConfigMap";
        var version = kind == "ReplicaSet" ? "apps/v1" : "v1";
        string? failure = null;
        foreach (var step in example.Objects("steps"))
        {
            Assert.Null(failure);
            try
            {
                Run(cluster, version, kind, step);
            }
            catch (ApiException e)
            {
                failure = e.Message;
            }
        }

        Assert.Equal(example.Str("conflict") ?? "", failure ?? "");
        var type = cluster.Catalog.FindKind(version, kind)!;
        var stored = cluster.Store.Snapshot.Find(type.Resource, "default", Name)!.Parse();
        foreach (var (path, value) in example.Obj("fields") ?? []) Assert.Equal(value?.ToText(), Find(stored, path)?.ToText());
        if (example.Obj("owners") is not { } owners) return;
        Assert.Equal(
            owners.Select(o => $"{o.Key}: {string.Join(' ', o.Value!.AsArray().Select(p => p.Str()).Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal),
            ManagedFields.Read(stored).Select(e => $"{e.Manager} {e.Operation}: {string.Join(' ', e.Fields.Paths().Order(StringComparer.Ordinal))}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Apply_OfTheSameConfiguration_ChangesNothing()
    {
        var (cluster, _) = sandbox.NewCluster();
        var step = new JsonObject { ["apply"] = "a", ["set"] = new JsonObject { ["data"] = new JsonObject { ["k"] = "1" } } };
        Run(cluster, "v1", "ConfigMap", step);
        var before = cluster.Store.Snapshot.Find("configmaps", "default", Name)!;

        Run(cluster, "v1", "ConfigMap", step);

        Assert.Same(before, cluster.Store.Snapshot.Find("configmaps", "default", Name));
    }

    private static void Run(SandboxCluster cluster, string version, string kind, JsonObject step)
    {
        var type = cluster.Catalog.FindKind(version, kind)!;
        var set = step.Obj("set")!.Copy();
        set["apiVersion"] = version;
        set["kind"] = kind;
        set.Ensure("metadata")["name"] = Name;
        if (step.Str("apply") is { } applier)
        {
            cluster.Operations.Apply(type, "default", Name, "", set, new() { User = applier, FieldManager = applier, Force = step.Flag("force") == true });
            return;
        }
        var options = step.Str("controller") is { } controller ? WriteOptions.Controller(controller) : new() { User = "u", FieldManager = step.Str("update")! };
        if (cluster.Store.Snapshot.Find(type.Resource, "default", Name) is null) cluster.Operations.Create(type, "default", set, options);
        else cluster.Operations.Update(type, "default", Name, "", o => (JsonObject)Patches.Merge(o, set)!, options);
    }

    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (var part in path.Split('/')) node = node is JsonArray a ? a.ElementAtOrDefault(int.Parse(part)) : node.At(part);
        return node;
    }
}
