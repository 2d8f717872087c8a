using System.Text.Json.Nodes;
using Portal.Sandbox.Codec;
using Portal.Sandbox.Istioctl;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary>Whatever a file says, the analysis ends, and says so in its exit code.</summary>
[Collection(SandboxCollection.Name)]
public sealed class AnalyzeRobustnessTests(SandboxFixture sandbox)
{
    private static readonly string s_assets = Path.Combine(AppContext.BaseDirectory, "TestAssets", "analyze");

    [Fact]
    public async Task Analyze_OfValuesOfAnotherType_Ends()
    {
        var (cluster, _) = sandbox.NewCluster();
        foreach (var path in Directory.EnumerateFiles(s_assets, "found.yaml", SearchOption.AllDirectories))
        {
            var documents = YamlReader.ReadAll(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).ToList();
            foreach (var wrong in new JsonNode?[] { null, 7, "text", true, new JsonArray(null, 1, "x", new JsonArray()), new JsonObject { ["a"] = null } })
            {
                // Every value in turn is another; a file holds one change of each document.
                foreach (var variant in documents.SelectMany(d => Variants(d, wrong)).Chunk(200))
                    Assert.InRange(await RunAsync(cluster, string.Join("\n---\n", documents.Concat(variant).Select(v => v.ToJsonString()))), 0, 79);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("---\n---\n")]
    [InlineData("\0\u0001")]
    [InlineData("a: &x [*x]")]
    [InlineData("{")]
    [InlineData("- a\n- b")]
    [InlineData("? {a: b}\n: c")]
    [InlineData("kind: List\napiVersion: v1\nitems: [1]")]
    [InlineData("a: 1\na: 2")]
    [InlineData("<<: 3\nkind: x")]
    [InlineData("apiVersion: v1\nkind: Pod\nmetadata: 3")]
    public async Task Analyze_OfOddFiles_Ends(string text)
    {
        var (cluster, _) = sandbox.NewCluster();

        Assert.InRange(await RunAsync(cluster, text), 0, 79);
    }

    [Fact]
    public async Task Analyze_OfABottomlessFile_Ends()
    {
        var (cluster, _) = sandbox.NewCluster();

        Assert.Equal(65, await RunAsync(cluster, "a: " + new string('[', 100_000)));
    }

    private static Task<int> RunAsync(SandboxCluster cluster, string text)
    {
        var output = new IstioctlOutput(_ => Task.CompletedTask, _ => Task.CompletedTask);
        return new IstioctlCommand(cluster, output, new Dictionary<string, string> { ["odd.yaml"] = text }).RunAsync(["analyze", "-A", "--use-kube=false", "odd.yaml"], TestContext.Current.CancellationToken).DefaultTimeout();
    }

    private static IEnumerable<JsonNode> Variants(JsonNode document, JsonNode? wrong)
    {
        foreach (var path in Paths(document))
        {
            var copy = document.DeepClone();
            var parent = path[..^1].Aggregate((JsonNode?)copy, (n, step) => step is int i ? n![i] : n![(string)step])!;
            if (path[^1] is int index) parent[index] = wrong?.DeepClone();
            else parent[(string)path[^1]] = wrong?.DeepClone();
            // Each is an object of its own, if it still has a name.
            if (copy["metadata"] is JsonObject metadata && metadata["name"] is JsonValue) metadata["name"] = "v" + string.Join('-', path);
            yield return copy;
        }
    }

    private static IEnumerable<object[]> Paths(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => Paths(p.Value).Select(t => (object[])[p.Key, .. t]).Prepend([p.Key])),
        JsonArray a => a.SelectMany((v, i) => Paths(v).Select(t => (object[])[i, .. t]).Prepend([i])),
        _ => [],
    };
}
