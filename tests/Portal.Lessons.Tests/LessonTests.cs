using System.Diagnostics;
using Portal.Testing;
using Xunit;

namespace Portal.Lessons.Tests;

/// <summary>The lessons that the repository ships, held to their word by the author's own commands.</summary>
public sealed class LessonTests
{
    /// <summary>
    /// A lesson waits for pods and proxies many times, and longer on a busy machine; a limit, not an expectation.
    /// </summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task Lint_EveryLesson_FindsNothing()
    {
        var (code, output) = await PortalAsync("lesson", "lint", Repository.PathOf("content"));

        Assert.True(code == 0, output);
        Assert.Contains(" 0 errors, 0 warnings", output, StringComparison.Ordinal);
    }

    /// <summary>Steps, verifications, exercises, tips, troubleshooting and cleanup; each check proven, each wrong answer applied and refused. About three minutes, most of them injected delays.</summary>
    [Theory]
    [InlineData("kubernetes/20-service-mesh-istio")]
    public async Task Test_WholeLessonOnTheSandbox_HasItsStatedOutcome(string lesson)
    {
        var (code, output) = await PortalAsync("lesson", "test", Repository.PathOf("content", lesson), "--cluster", "sandbox", "--no-record");

        Assert.True(code == 0, output);
        Assert.Matches(@"\d+ checks proven, 0 not; \d+ wrong answers refused, 0 not; \d+ samples of output compared", output);
        Assert.Contains("as stated, 0 not", output, StringComparison.Ordinal);
        var wrong = Directory.EnumerateFiles(Repository.PathOf("content", lesson, "checks", "wrong")).Count();
        Assert.Contains($" {wrong} wrong answers refused", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_LessonThatKeepsItsWord_IsRecordedAsVerified()
    {
        using var directory = new TempDirectory();
        Write(directory, made: "namespace/shop created", check: "made", message: "found no ");

        var (code, output) = await PortalAsync("lesson", "test", Path.Combine(directory.Path, "c", "l"));

        Assert.True(code == 0, output);
        Assert.Contains("1 checks proven, 0 not; 1 wrong answers refused, 0 not; 1 samples of output compared", output, StringComparison.Ordinal);
        Assert.Contains("provider: sandbox", await File.ReadAllTextAsync(Path.Combine(directory.Path, "c", "l", "verified.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_LessonThatDoesNot_SaysEachThingThatIsNotAsStated()
    {
        using var directory = new TempDirectory();
        Write(directory, made: "namespace/market created", check: "always", message: "something else");

        var (code, output) = await PortalAsync("lesson", "test", Path.Combine(directory.Path, "c", "l"));

        Assert.Equal(1, code);
        Assert.Contains("no 'namespace/market created' in", output, StringComparison.Ordinal);
        Assert.Contains("✗ always (it held before, and no wrong answer is refused)", output, StringComparison.Ordinal);
        Assert.Contains("✗ always (the lesson itself breaks it again", output, StringComparison.Ordinal);
        Assert.Contains("✗ checks/wrong/a.yaml", output, StringComparison.Ordinal);
        Assert.Contains("Instead: The check holds.", output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(directory.Path, "c", "l", "verified.yaml")));
    }

    /// <summary>A lesson of two steps. Its wrong answer changes the label of the namespace that the step has made.</summary>
    private static void Write(TempDirectory directory, string made, string check, string message)
    {
        var subject = check == "made" ? "name: shop, match: { metadata: { labels: { open: 'yes' } } }" : "name: default, match: { metadata: { labels: { '(closed)': null } } }";
        directory.Write("c/l/lesson.md", $$"""
            ### Step 1: Make

            ```bash {name=make}
            kubectl create namespace shop
            kubectl label namespace shop open=yes
            ```

            :::expect
            ```output {of=make}
            {{made}}
            ```
            :::

            ```checks
            - id: {{check}}
              title: A namespace
              hint: Make it.
              resource: { apiVersion: v1, kind: Namespace, {{subject}} }
            ```

            ### Step 2: Close

            ```bash
            kubectl label namespace default closed=yes
            ```
            """);
        directory.Write("c/l/checks/wrong/a.yaml", $$"""
            # rejected-by: {{check}}
            # message: {{message}}
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop
              labels:
                open: "no"
            """);
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
        // What a pod's start takes proves nothing here.
        start.Environment["Portal__Clusters__Sandbox__PodStartDelay"] = "00:00:00";
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
