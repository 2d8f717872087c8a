using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Authorization;

/// <summary>
/// Scripts of kubectl commands, each with what it prints on a real cluster: roles, impersonation and tokens in one, admission in
/// the other. A line that begins with "$ " is a command; what follows is its output.
/// </summary>
[Collection(SandboxCollection.Name)]
public sealed class PolicyTests(SandboxFixture sandbox)
{
    [Theory]
    [InlineData("rbac")]
    [InlineData("admission")]
    public async Task Commands_OfScript_PrintWhatARealClusterPrints(string name)
    {
        var (_, shell) = sandbox.NewCluster();
        var expected = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "TestAssets", "policy", name + ".txt"), TestContext.Current.CancellationToken);
        var commands = expected.Split('\n').Where(l => l.StartsWith("$ ", StringComparison.Ordinal)).Select(l => l[2..]);

        var printed = await shell.RunAsync(string.Join('\n', commands.Select(c => $"echo '$ {c.Replace("'", "'\\''", StringComparison.Ordinal)}'; {c} 2>&1")));

        Assert.Equal(expected, printed.Output);
    }
}
