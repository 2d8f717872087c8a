using System.Diagnostics;
using System.Runtime.Versioning;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Testing;
using Portal.Web.Testing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>A portal saved and put elsewhere, by the command line that its operator uses.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class BackupTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _directory = new();

    private string BackupFile => Path.Combine(_directory.Path, "portal.tar.gz");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Restore_OfARunningPortal_IsThatPortal()
    {
        await using (var running = new ClassFactory())
        {
            using var ada = await MakeAdaAsync(running);
            var cookies = File.ReadAllText(Directory.GetFiles(Path.Combine(running.DataDirectory, "keys"))[0]);
            var home = Directory.CreateDirectory(Path.Combine(running.DataDirectory, "workspaces", "ada", "home"));
            File.WriteAllText(Path.Combine(home.FullName, "run.sh"), "echo hello");
            File.SetUnixFileMode(Path.Combine(home.FullName, "run.sh"), OwnerOnly | UnixFileMode.UserExecute);
            File.CreateSymbolicLink(Path.Combine(home.FullName, "link"), "/etc/passwd");
            File.WriteAllText(Path.Combine(home.FullName, "empty"), "");
            using (var pipe = Process.Start("mkfifo", [Path.Combine(home.FullName, "pipe")]))
                await pipe.WaitForExitAsync(CancellationToken.None);

            var (exitCode, said) = await RunAsync("backup", BackupFile, "--data-directory", running.DataDirectory);

            Assert.True(exitCode == 0, said);
            Assert.Contains("1 files of workspaces were left out", said, StringComparison.Ordinal);
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(BackupFile));
            Assert.NotEmpty(cookies);
        }
        await using var restored = new ClassFactory();
        var (restoreCode, told) = await RunAsync("restore", BackupFile, "--data-directory", restored.DataDirectory);
        Assert.True(restoreCode == 0, told);

        using var client = restored.CreateClient();
        using var page = await ClassApplication.SignInAsync(client, "ada");
        Assert.Contains("signed in as ada", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var progress = await restored
            .Services.GetRequiredService<IProgressService>()
            .LoadAsync(await KeyAsync(restored), CancellationToken.None);
        Assert.Equal(3, Assert.Single(progress.Checks).Points);
        var kept = Path.Combine(restored.DataDirectory, "workspaces", "ada", "home");
        Assert.Equal("echo hello", File.ReadAllText(Path.Combine(kept, "run.sh")));
        Assert.True(File.GetUnixFileMode(Path.Combine(kept, "run.sh")).HasFlag(UnixFileMode.UserExecute));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(kept, "link")).LinkTarget);
        Assert.Equal("", File.ReadAllText(Path.Combine(kept, "empty")));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(restored.DataDirectory, "portal.db")));
        foreach (var key in Directory.GetFiles(Path.Combine(restored.DataDirectory, "keys")))
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(key));
    }

    [Fact]
    public async Task Restore_WhereAPortalIs_NeedsToBeForced()
    {
        await using var portal = new ClassFactory();
        using (await MakeAdaAsync(portal)) { }
        await RunAsync("backup", BackupFile, "--data-directory", portal.DataDirectory);

        string[] restore = ["restore", BackupFile, "--data-directory"];
        var (whileItRuns, said) = await RunAsync([.. restore, portal.DataDirectory, "--force"]);
        Assert.Equal(1, whileItRuns);
        Assert.Contains($"Process {Environment.ProcessId} on ", said, StringComparison.Ordinal);

        var copy = Path.Combine(_directory.Path, "copy");
        await RunAsync("restore", BackupFile, "--data-directory", copy);
        var before = File.ReadAllBytes(Path.Combine(copy, "portal.db"));
        var (again, refused) = await RunAsync("restore", BackupFile, "--data-directory", copy);
        Assert.Equal(1, again);
        Assert.Contains("There is a portal already", refused, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(copy, "portal.db")));

        var (forced, told) = await RunAsync("restore", BackupFile, "--data-directory", copy, "--force");
        Assert.True(forced == 0, told);
        var replaced = Directory.GetDirectories(copy, "replaced-*").Single();
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(replaced, "portal.db")));
    }

    [Theory]
    [InlineData("cut off")]
    [InlineData("changed")]
    [InlineData("something else")]
    public async Task Restore_DamagedFile_IsRefusedAndTouchesNothing(string damage)
    {
        await using (var portal = new ClassFactory())
        {
            using (await MakeAdaAsync(portal)) { }
            await RunAsync("backup", BackupFile, "--data-directory", portal.DataDirectory);
        }
        var bytes = File.ReadAllBytes(BackupFile);
        if (damage == "changed")
            bytes[bytes.Length / 2] ^= 0x55;
        File.WriteAllBytes(
            BackupFile,
            damage switch
            {
                "cut off" => bytes[..(bytes.Length / 2)],
                "changed" => bytes,
                _ => "not a backup"u8.ToArray(),
            }
        );
        var target = Path.Combine(_directory.Path, "target");

        var (exitCode, said) = await RunAsync("restore", BackupFile, "--data-directory", target);

        Assert.Equal(1, exitCode);
        Assert.Contains("portal.tar.gz' is", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(target));
        Assert.False(File.Exists(Path.Combine(target, "portal.db")));
    }

    [Fact]
    public async Task Backup_WhereNoPortalIs_SaysSo()
    {
        var (exitCode, said) = await RunAsync("backup", BackupFile, "--data-directory", _directory.Path);

        Assert.Equal(1, exitCode);
        Assert.Contains("There is no portal in", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    /// <summary>A learner with three points.</summary>
    private static async Task<HttpClient> MakeAdaAsync(ClassFactory portal)
    {
        var ada = await portal.AddPersonAsync("Ada", "ada", PortalRole.Learner);
        await portal
            .Services.GetRequiredService<IProgressService>()
            .RecordCheckAsync(
                await KeyAsync(portal),
                new CheckFact("exercise-1", "canary", CheckStatus.Passed, 3, null, "{}", DateTimeOffset.UnixEpoch),
                CancellationToken.None
            );
        return ada;
    }

    private static async Task<ProgressKey> KeyAsync(ClassFactory portal) =>
        new(await portal.IdOfAsync("ada"), "course", "lesson");

    private static async Task<(int ExitCode, string Said)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Repository.PathOf("artifacts", "bin", "Portal.Cli", "debug", "portal.dll"), .. arguments]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        using var kill = limit.Token.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var said = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        return (process.ExitCode, said + await errors);
    }
}
