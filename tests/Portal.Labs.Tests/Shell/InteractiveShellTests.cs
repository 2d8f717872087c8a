using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Pty;
using Portal.Shared;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

public sealed class InteractiveShellTests
{
    [Fact]
    public async Task ExecuteAsync_ShellKilledAtItsPrompt_DoesNotWaitForIt()
    {
        using var directory = new TempDirectory();
        await using var shell = await InteractiveShell.StartAsync(
            files =>
                new PtyStartInfo(
                    "/bin/bash",
                    ["--noprofile", "--rcfile", "/dev/fd/3", "-i"],
                    new Dictionary<string, string>(),
                    directory.Path
                )
                {
                    Files = files,
                },
            new(directory.Path, directory.Path, directory.Path, directory.Path, null, null, ""),
            directory.Path,
            new TerminalHub(),
            new Guarded("test", NullLogger.Instance, TimeProvider.System),
            TimeProvider.System
        );
        await shell.WaitReadyAsync(CancellationToken.None).DefaultTimeout();
        var id = new OutputText(100);
        await shell.ExecuteAsync("echo $$", TestTimeouts.Default, id.Append, CancellationToken.None).DefaultTimeout();
        await shell.WaitReadyAsync(CancellationToken.None).DefaultTimeout();
        _ = LibC.Kill(int.Parse(id.ToString(), CultureInfo.InvariantCulture), LibC.SigKill);
        await shell.Exited.DefaultTimeout();

        try
        {
            var outcome = await shell
                .ExecuteAsync("true", TestTimeouts.Default, _ => { }, CancellationToken.None)
                .DefaultTimeout();
            Assert.Null(outcome.ExitCode); // what it wrote last was still being read
        }
        catch (ShellEndedException)
        {
            // The workspace tries the next shell.
        }
    }
}
