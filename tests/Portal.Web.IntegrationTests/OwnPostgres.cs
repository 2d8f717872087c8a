using System.Diagnostics;
using Portal.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>
/// A PostgreSQL of one test's own, from Debian's packages, on a socket; it can be stopped as a fault stops it.
/// </summary>
internal sealed class OwnPostgres : IAsyncDisposable
{
    private const string Packages = "/usr/lib/postgresql";

    private readonly TempDirectory _directory = new();

    public string ConnectionString => $"Host={_directory.Path};Username=portal;Database=postgres;Timeout=5";

    private string Data => Path.Combine(_directory.Path, "data");

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public static async Task<OwnPostgres> CreateAsync()
    {
        Assert.SkipUnless(Directory.Exists(Packages), $"Install postgresql ({Packages}) to run this test.");
        var postgres = new OwnPostgres();
        // It does not run as root.
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", postgres._directory.Path);
        await postgres.RunProgramAsync("initdb", "-A", "trust", "-U", "portal", "--no-sync");
        await postgres.StartAsync();
        return postgres;
    }

    public Task StartAsync() =>
        RunProgramAsync(
            "pg_ctl", "start", "-w", "-o", $"-h '' -k {_directory.Path}", "-l", Path.Combine(_directory.Path, "log"));

    /// <summary>Every connection breaks at once, and nothing is put in order.</summary>
    public Task StopAsync() => RunProgramAsync("pg_ctl", "stop", "-w", "-m", "immediate");

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid"))) await StopAsync();
        _directory.Dispose();
    }

    private Task RunProgramAsync(string name, params string[] arguments)
    {
        var newest = Directory.EnumerateDirectories(Packages).OrderBy(d => d.Length).ThenBy(d => d).Last();
        string[] command = [Path.Combine(newest, "bin", name), "-D", Data, .. arguments];
        return Environment.IsPrivilegedProcess
            ? RunAsync("runuser", ["-u", "postgres", "--", .. command])
            : RunAsync(command[0], command[1..]);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // What the server inherits it keeps open: nothing of it is read here.
        var start = new ProcessStartInfo("sh", ["-c", "\"$@\" >/dev/null", "sh", program, .. arguments])
        {
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync().DefaultTimeout();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
