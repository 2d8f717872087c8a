namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class WaitCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["wait"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var shell = context.Shell!;
        if (context.Args.Count == 0)
        {
            foreach (var job in shell.Jobs.All.ToList())
            {
                if (await SignalAsync(shell, job, context.Token).ConfigureAwait(false) is { } interrupted)
                    return interrupted;
                shell.Jobs.Forget(job);
            }
            return 0;
        }
        var status = 0;
        foreach (var arg in context.Args)
        {
            if (shell.Jobs.Find(arg) is not { } job)
            {
                status = 127;
                continue;
            }
            if (await SignalAsync(shell, job, context.Token).ConfigureAwait(false) is { } interrupted)
                return interrupted;
            status = await job.Ended.ConfigureAwait(false);
            if (Signals.Death(job.Process.FatalSignal) is { } text)
                await context.SayAsync(text + "\n").ConfigureAwait(false);
            shell.Jobs.Forget(job);
        }
        return status;
    }

    /// <summary>Waits for a job; a status when a trapped signal came first.</summary>
    private static async Task<int?> SignalAsync(
        ShellInterpreter shell,
        ShellJobs.Job job,
        CancellationToken cancellationToken
    )
    {
        var signalled = shell.Signalled;
        await Task.WhenAny(job.Ended, signalled).WaitAsync(cancellationToken).ConfigureAwait(false);
        return job.Ended.IsCompleted ? null : 128 + Signals.Number(await signalled.ConfigureAwait(false));
    }
}
