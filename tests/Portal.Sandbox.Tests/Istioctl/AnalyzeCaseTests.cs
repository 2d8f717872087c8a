using Portal.Sandbox.Istioctl;
using Portal.Sandbox.Istioctl.Analysis;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Istioctl;

/// <summary>
/// What <c>istioctl analyze</c> finds, a folder a code: found.yaml with faults and findings.txt with what is said of them,
/// near-miss.yaml in which nothing of the kind is to be found.
/// </summary>
[Collection(SandboxCollection.Name)]
public sealed class AnalyzeCaseTests(SandboxFixture sandbox)
{
    private static readonly string s_assets = Path.Combine(AppContext.BaseDirectory, "TestAssets", "analyze");

    public static TheoryData<string> Codes() => [.. Directory.EnumerateDirectories(s_assets).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Analyze_OfFaults_FindsThem(string code)
    {
        var expected = await File.ReadAllTextAsync(Path.Combine(s_assets, code, "findings.txt"), TestContext.Current.CancellationToken);

        Assert.Equal(expected, string.Concat((await FindAsync(code, "found.yaml")).Select(f => f + "\n")));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task Analyze_OfNearMisses_FindsNothing(string code) => Assert.Empty(await FindAsync(code, "near-miss.yaml"));

    [Fact]
    public void Codes_HaveTheTextsOfMessages() => Assert.All(Codes(), c => Assert.True(Messages.IsKnown(c)));

    private async Task<List<string>> FindAsync(string code, string file)
    {
        var (cluster, _) = sandbox.NewCluster();
        var lines = new List<string>();
        var output = new IstioctlOutput(t =>
        {
            lines.AddRange(t.Split('\n'));
            return Task.CompletedTask;
        }, _ => Task.CompletedTask);
        var files = new Dictionary<string, string> { [file] = await File.ReadAllTextAsync(Path.Combine(s_assets, code, file)) };

        await new IstioctlCommand(cluster, output, files).RunAsync(["analyze", "-A", "--use-kube=false", file], TestContext.Current.CancellationToken).DefaultTimeout();

        return [.. lines.Where(l => l.Contains($"[{code}]", StringComparison.Ordinal))];
    }
}
