namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class JobsCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["jobs"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("lp");
        var jobs = context.Shell!.Jobs;
        foreach (var job in jobs.All.ToList())
        {
            var ended = job.Ended.IsCompleted;
            var state =
                !ended ? "Running"
                : await job.Ended.ConfigureAwait(false) is 0 ? "Done"
                : $"Done({await job.Ended.ConfigureAwait(false)})";
            var mark =
                job == jobs.All[^1] ? '+'
                : jobs.All.Count > 1 && job == jobs.All[^2] ? '-'
                : ' ';
            await context
                .OutAsync(
                    options.Has('p')
                        ? $"{job.Process.Pid}\n"
                        : $"[{job.Number}]{mark} {(options.Has('l') ? job.Process.Pid + " " : "")} {state, -22} "
                            + $" {job.Text}\n"
                )
                .ConfigureAwait(false);
        }
        foreach (var job in jobs.All.Where(j => j.Ended.IsCompleted).ToList()) jobs.Forget(job);
        return 0;
    }
}
