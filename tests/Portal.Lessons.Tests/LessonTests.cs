using System.Diagnostics;
using Portal.Testing;
using Xunit;

namespace Portal.Lessons.Tests;

/// <summary>The lessons that the repository ships, held to their word by the author's own commands.</summary>
public sealed class LessonTests
{
    /// <summary>A lesson waits for pods and proxies many times; a limit, not an expectation.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Lint_EveryLesson_FindsNothing()
    {
        var (code, output) = await PortalAsync("lesson", "lint", Repository.PathOf("content"));

        Assert.True(code == 0, output);
        Assert.Contains(" 0 errors, 0 warnings", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubernetes/20-service-mesh-istio", "1-10")]
    public async Task Steps_OnTheSandbox_HaveTheirStatedOutcome(string lesson, string steps)
    {
        var (code, output) = await PortalAsync("lesson", "test", Repository.PathOf("content", lesson), "--cluster", "sandbox", "--steps", steps);

        Assert.True(code == 0, output);
        Assert.Contains(" 0 not", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_AProviderThatIsNotThere_SaysWhatToDo()
    {
        var (code, output) = await PortalAsync("lesson", "test", Repository.PathOf("content", "kubernetes/20-service-mesh-istio"), "--cluster", "kubeconfig");

        Assert.NotEqual(0, code);
        Assert.Contains("Portal:Clusters:Kubeconfig:File", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> PortalAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.PathOf("artifacts", "bin", "Portal.Cli", "debug", "portal.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, await output + await error);
    }
}
