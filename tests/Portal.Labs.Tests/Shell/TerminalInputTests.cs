using System.Text;
using Portal.Labs.Sessions;
using Portal.Labs.Shell;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell;

/// <summary>A program that does not read what is typed holds up nobody.</summary>
public sealed class TerminalInputTests : WorkspaceFixture
{
    private static readonly byte[] s_line = Encoding.ASCII.GetBytes(new string('x', 1023) + "\n");

    /// <summary>Types a megabyte in pieces as a browser does; tells whether all of it was taken.</summary>
    private static async Task<bool> TypeMegabyteAsync(ITerminalAttachment terminal)
    {
        var all = true;
        for (var i = 0; i < 1024; i++)
            all &= await terminal.WriteAsync(s_line, CancellationToken.None).AsTask().DefaultTimeout();
        return all;
    }

    private async Task<(ITerminalAttachment Terminal, Task<CommandOutcome> Run)> SleepAsync(
        TimeSpan? timeout = null,
        CancellationToken stop = default
    )
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Workspace.ExecuteAsync(
            // One program: bash itself loses a Ctrl-C that comes while it starts the next.
            "echo started > said; tail -f said",
            timeout ?? TestTimeouts.Default,
            _ => started.TrySetResult(),
            stop
        );
        await started.Task.DefaultTimeout();
        return (Workspace.ScreenOf(null).Attach(80, 24), run);
    }

    [Fact]
    public async Task WriteAsync_ProgramThatDoesNotRead_IsRefusedAndResizeStillAnswers()
    {
        var (terminal, run) = await SleepAsync();

        Assert.False(await TypeMegabyteAsync(terminal));
        await terminal.ResizeAsync(101, 33, CancellationToken.None).AsTask().DefaultTimeout();

        Assert.False(run.IsCompleted);
        Assert.True(await terminal.WriteAsync("\u0003"u8.ToArray(), CancellationToken.None));
        Assert.Equal(130, (await run.DefaultTimeout()).ExitCode);
        Assert.Equal("33 101\n", await Output("stty size"));
    }

    [Fact]
    public async Task ExecuteAsync_StopWhileTheInputIsFull_EndsTheCommandAndForgetsWhatWasTyped()
    {
        using var stop = new CancellationTokenSource();
        var (terminal, run) = await SleepAsync(stop: stop.Token);
        await TypeMegabyteAsync(terminal);

        await stop.CancelAsync();

        Assert.Equal(RunPhase.Stopped, (await run.DefaultTimeout()).Phase);
        Assert.Equal("clean\n", await Output("echo clean"));
    }

    [Fact]
    public async Task ExecuteAsync_TimeOutWhileTheInputIsFull_EndsTheCommand()
    {
        var (terminal, run) = await SleepAsync(timeout: TimeSpan.FromSeconds(1));
        await TypeMegabyteAsync(terminal);

        Assert.Equal(RunPhase.TimedOut, (await run.DefaultTimeout()).Phase);
    }

    [Fact]
    public async Task DisposeAsync_InputFull_Ends()
    {
        var (terminal, run) = await SleepAsync();
        await TypeMegabyteAsync(terminal);

        await Workspace.DisposeAsync().AsTask().DefaultTimeout();

        // Hung up, and the shell may have had the time to say so.
        Assert.Contains((await run.DefaultTimeout()).ExitCode, (int?[])[null, 129]);
    }

    [Fact]
    public async Task WriteAsync_MoreThanTheKernelTakesAtOnce_ArrivesWholeAndInOrder()
    {
        var output = new StringBuilder();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Workspace.ExecuteAsync(
            "echo started; head -c 200000 | md5sum",
            TestTimeouts.Default,
            Append,
            CancellationToken.None
        );
        await started.Task.DefaultTimeout();
        await using var terminal = Workspace.ScreenOf(null).Attach(80, 24);
        var text = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{i % 10_000:0000}\n"))
        );

        for (var at = 0; at < text.Length; at += 8192)
        {
            Assert.True(
                await terminal.WriteAsync(text.AsMemory(at, Math.Min(8192, text.Length - at)), CancellationToken.None)
            );
        }

        Assert.Equal(RunPhase.Succeeded, (await run.DefaultTimeout()).Phase);
#pragma warning disable CA5351 // Not for security: what md5sum prints.
        Assert.Contains(
            Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(text)),
            output.ToString(),
            StringComparison.Ordinal
        );
#pragma warning restore CA5351

        void Append(ReadOnlySpan<byte> bytes)
        {
            lock (output) output.Append(Encoding.UTF8.GetString(bytes));
            started.TrySetResult();
        }
    }
}
