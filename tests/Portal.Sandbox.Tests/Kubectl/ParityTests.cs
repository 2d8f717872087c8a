using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>Runs every case once against a fresh cluster with Istio's definitions; the cases build on each other.</summary>
public sealed class ParityFixture : IAsyncLifetime
{
    private readonly SandboxFixture _sandbox = new();
    private readonly TempDirectory _output = new();

    public string OutputDirectory => _output.Path;

    public async ValueTask InitializeAsync()
    {
        await _sandbox.InitializeAsync();
        var (cluster, shell) = _sandbox.NewCluster();
        await cluster.InstallIstioAsync("minimal", TestContext.Current.CancellationToken).DefaultTimeout();
        var kubectl = Repository.PathOf("artifacts", "tools", "kubectl");
        await shell.RunAsync($"KUBECTL={(File.Exists(kubectl) ? kubectl : "kubectl")} bash '{ParityTests.Assets}/run.sh' '{shell.KubeconfigFile}' '{OutputDirectory}'");
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        _output.Dispose();
    }
}

/// <summary>kubectl gets from the sandbox what a real kube-apiserver answered; see TestAssets/parity.</summary>
public sealed class ParityTests(ParityFixture fixture) : IClassFixture<ParityFixture>
{
    public static string Assets { get; } = Path.Combine(AppContext.BaseDirectory, "TestAssets", "parity");

    public static TheoryData<string> Cases()
    {
        var data = new TheoryData<string>();
        foreach (var line in File.ReadLines(Path.Combine(Assets, "cases.txt")).Where(l => l.Length > 0)) data.Add(line.Split('|')[0]);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Case_AgainstTheSandbox_AnswersAsARealCluster(string name)
    {
        var expected = File.ReadAllText(Path.Combine(Assets, "expected", name + ".txt"));
        var found = File.ReadAllText(Path.Combine(fixture.OutputDirectory, name + ".txt"));

        Assert.Equal(expected, found);
    }
}
