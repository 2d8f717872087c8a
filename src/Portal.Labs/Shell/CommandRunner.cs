using System.Collections.Immutable;
using Portal.Labs.Sessions;

namespace Portal.Labs.Shell;

/// <summary>What to run.</summary>
/// <param name="Commands">Index in the block, and text.</param>
/// <param name="AtOnce">Whether it begins when it was asked for: somebody looks.</param>
internal sealed record RunRequest(
    string RunId,
    string BlockId,
    ImmutableArray<(int Index, string Text)> Commands,
    TimeSpan Timeout,
    bool ContinueOnError,
    bool Edited,
    bool AtOnce = false
);

/// <summary>Runs the commands of a block one after the other and tells how they go, at most ten times a second.</summary>
internal sealed class CommandRunner(TimeProvider time)
{
    private const int OutputLimit = 1024 * 1024;
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns the finished run. Cancelling <paramref name="stop"/> interrupts the command that runs.</summary>
    public async Task<RunSnapshot> RunAsync(Workspace workspace, RunRequest request, Action<RunSnapshot> report, CancellationToken stop)
    {
        var started = time.GetTimestamp();
        var run = new RunSnapshot
        {
            RunId = request.RunId,
            BlockId = request.BlockId,
            Phase = RunPhase.Running,
            Started = time.GetUtcNow(),
            Edited = request.Edited,
            Commands = [.. request.Commands.Select(c => new CommandSnapshot { Index = c.Index, Text = c.Text, Phase = RunPhase.Waiting })],
        };
        report(run);
        if (request.AtOnce) workspace.First.Begin();
        var phase = RunPhase.Succeeded;
        for (var i = 0; i < request.Commands.Length; i++)
        {
            run = await RunCommandAsync(workspace, request, run, i, report, stop).ConfigureAwait(false);
            report(run);
            phase = run.Commands[i].Phase;
            if (phase == RunPhase.Succeeded) continue;
            if (phase != RunPhase.Failed || !request.ContinueOnError) break;
            phase = RunPhase.Succeeded;
        }
        workspace.First.Over();
        run = run with { Phase = phase, Duration = time.GetElapsedTime(started) };
        report(run);
        return run;
    }

    private async Task<RunSnapshot> RunCommandAsync(
        Workspace workspace,
        RunRequest request,
        RunSnapshot run,
        int index,
        Action<RunSnapshot> report,
        CancellationToken stop
    )
    {
        var gate = new Lock();
        var output = new OutputText(OutputLimit);
        var printed = new SemaphoreSlim(0, 1);
        var started = time.GetTimestamp();

        RunSnapshot Current(RunPhase phase, int? exitCode)
        {
            lock (gate)
            {
                run = run with
                {
                    Commands = Bounded(run.Commands.SetItem(index, run.Commands[index] with
                    {
                        Phase = phase,
                        ExitCode = exitCode,
                        Output = output.ToString(),
                        Dropped = output.Dropped,
                        Duration = time.GetElapsedTime(started),
                    })),
                };
                return run;
            }
        }

        report(Current(RunPhase.Running, null));
        var ended = workspace.ExecuteAsync(
            run.Commands[index].Text,
            request.Timeout,
            bytes =>
            {
                lock (gate) output.Append(bytes);
                workspace.First.Over();
                if (printed.CurrentCount == 0) printed.Release();
            },
            stop);
        while (await Task.WhenAny(ended, printed.WaitAsync(CancellationToken.None)).ConfigureAwait(false) != ended)
        {
            report(Current(RunPhase.Running, null));
            await Task.WhenAny(ended, Task.Delay(s_batch, time, CancellationToken.None)).ConfigureAwait(false);
        }
        var outcome = await ended.ConfigureAwait(false);
        return Current(outcome.Phase, outcome.ExitCode);
    }

    /// <summary>Keeps the run as a whole within its limit: the oldest output goes first.</summary>
    private static ImmutableArray<CommandSnapshot> Bounded(ImmutableArray<CommandSnapshot> commands)
    {
        var excess = commands.Sum(c => c.Output.Length) - OutputLimit;
        for (var i = 0; excess > 0 && i < commands.Length; i++)
        {
            var drop = Math.Min(excess, commands[i].Output.Length);
            commands = commands.SetItem(i, commands[i] with { Output = commands[i].Output[drop..], Dropped = commands[i].Dropped + drop });
            excess -= drop;
        }
        return commands;
    }
}
