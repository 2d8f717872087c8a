namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class PsCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["ps", "top", "pidof", "pgrep"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var container = context.Container;
        var rows = context
            .Process.Session.Run.Processes.All.Select(p => (p.Pid, p.ParentPid, p.Command, p.StartedAt))
            .ToList();
        // The first process of a server's image is no process of a shell.
        if (!rows.Exists(r => r.Pid == 1 && r.ParentPid == 0) || container.Program is not ShellProgram)
            rows.Insert(
                0,
                (
                    container.Program is ShellProgram ? 0 : 1,
                    0,
                    ByteText.From(string.Join(' ', container.Command.DefaultIfEmpty(container.Name))),
                    container.StartedAt
                )
            );
        rows.RemoveAll(r => r.Pid == 0);
        if (context.Name is "pidof" or "pgrep")
        {
            var found = rows.FindAll(r => context.Args.Contains(ShellPath.Name(r.Command.Split(' ')[0])));
            if (found.Count > 0)
                await context
                    .OutAsync(string.Join(context.Name == "pidof" ? ' ' : '\n', found.Select(r => r.Pid)) + "\n")
                    .ConfigureAwait(false);
            return found.Count > 0 ? 0 : 1;
        }
        var user = IdCommand.UserName(container);
        if (context.Name == "ps")
        {
            await context.OutAsync("PID   USER     TIME  COMMAND\n").ConfigureAwait(false);
            foreach (var (pid, _, command, _) in rows)
                await context.OutAsync($"{pid, 5} {user, -8} 0:00 {command}\n").ConfigureAwait(false);
            return 0;
        }
        var budget = context.Process.Session.Run.Budget;
        var once = context.Args.Any(a => a.StartsWith("-b", StringComparison.Ordinal)) || context.Args.Contains("-n");
        do
        {
            await context
                .OutAsync(
                    $"Mem: {budget.Held / 1024}K used, {(budget.MemoryLimit - budget.Held) / 1024}K free\n"
                        + $"CPU: {Math.Min(100, container.Usage.Cores(container.Pod.Cluster.Now) * 100):0}% usr\n"
                        + "  PID  PPID USER     STAT COMMAND\n"
                )
                .ConfigureAwait(false);
            foreach (var (pid, parent, command, _) in rows)
                await context.OutAsync($"{pid, 5} {parent, 5} {user, -8} S    {command}\n").ConfigureAwait(false);
            await context.FlushAsync().ConfigureAwait(false);
            if (!once) await Task.Delay(TimeSpan.FromSeconds(5), context.Time, context.Token).ConfigureAwait(false);
        }
        while (!once);
        return 0;
    }
}
