using System.Diagnostics;
using Portal.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>A class, which needs walls, on the portal of a user who is not root.</summary>
public sealed class OrdinaryUserTests : IDisposable
{
    private const string User = "65534";

    private readonly TempDirectory _directory = new();

    public OrdinaryUserTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Namespaces are Linux's.");
        Assert.SkipUnless(
            Run(AsUser("unshare", "--user", "--map-root-user", "--net", "true")) == 0,
            "This machine keeps user namespaces from ordinary users.");
        if (Environment.IsPrivilegedProcess) Run(["chown", User, _directory.Path]);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_MovesIntoItsOwnNamespaceAndStaysTheSameProcess()
    {
        using var process = StartPortal([]);
        using var limit = KillAtTimeout(process);
        while (
            await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line
            && !line.Contains("/set-up?token=", StringComparison.Ordinal)
        )
        {
            // What it says before it asks for its administrator.
        }

        var map = await File.ReadAllTextAsync($"/proc/{process.Id}/uid_map", CancellationToken.None);
        Run(["kill", "-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync(CancellationToken.None);

        Assert.Equal("0", map.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
        Assert.DoesNotContain($"{uint.MaxValue}", map, StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task Start_ToldToStay_SaysWhatToDo()
    {
        using var process = StartPortal(["PORTAL_USER_NAMESPACE=none"]);
        using var limit = KillAtTimeout(process);

        var errors = await process.StandardError.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);

        Assert.Contains("would not be kept apart", errors, StringComparison.Ordinal);
        Assert.Contains(
            "Start the portal without PORTAL_USER_NAMESPACE in its environment.",
            errors,
            StringComparison.Ordinal
        );
        Assert.Equal(1, process.ExitCode);
    }

    private Process StartPortal(string[] variables)
    {
        string[] command = AsUser(
            [
                "env", .. variables, $"HOME={_directory.Path}", "dotnet",
                Path.Combine(AppContext.BaseDirectory, "Portal.Web.dll"),
                $"--contentRoot={Repository.PathOf("src", "Portal.Web")}",
                $"--Portal:Content:Root={_directory.Path}",
                $"--Portal:Data:Directory={Path.Combine(_directory.Path, "data")}",
                "--urls=http://127.0.0.1:0",
                "--Portal:Mode=Class",
                // They are in the home of whoever has built this.
                "--staticWebAssets=none",
            ]);
        return Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
    }

    private static string[] AsUser(params string[] command) => Environment.IsPrivilegedProcess
        ? ["setpriv", "--reuid=" + User, "--regid=" + User, "--clear-groups", "prlimit", "--nproc=2000", .. command]
        : command;

    private static int Run(string[] command)
    {
        using var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true }
        )!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static CancellationTokenSource KillAtTimeout(Process process)
    {
        var limit = new CancellationTokenSource(TestTimeouts.Default);
        limit.Token.Register(() => process.Kill(entireProcessTree: true));
        return limit;
    }
}
