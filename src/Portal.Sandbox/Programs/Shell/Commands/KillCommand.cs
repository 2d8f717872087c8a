using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class KillCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["kill", "killall"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var (signal, i) = (Signals.Terminate, 0);
        var args = context.Args;
        if (args is ["-l", ..])
        {
            if (args.Count > 1)
                await context
                    .OutAsync(
                        int.TryParse(args[1], out var number)
                            ? Signals.Name(number > 128 ? number - 128 : number) + "\n"
                            : Signals.Number(args[1]) + "\n"
                    )
                    .ConfigureAwait(false);
            else
                for (var n = 1; n < Signals.All.Count; n++)
                    await context.OutAsync($"{n, 2}) {Signals.Name(n)}\n").ConfigureAwait(false);
            return 0;
        }
        if (args.Count > 0 && args[0].StartsWith('-') && args[0] != "--")
        {
            var name = args[0] is "-s" or "-n" ? args.ElementAtOrDefault(++i) ?? "" : args[0][1..];
            signal = Signals.Number(name);
            if (signal < 0) throw new CommandException($"bad signal name '{name}'");
            i++;
        }
        if (i < args.Count && args[i] == "--") i++;
        if (i >= args.Count) throw new CommandException("you need to specify whom to kill");
        foreach (var target in args.Skip(i))
        {
            if (context.Name == "killall")
            {
                var found = context
                    .Process.Session.Run.Processes.All.Where(p => ShellPath.Name(p.Command.Split(' ')[0]) == target)
                    .ToList();
                if (found.Count == 0)
                    await context.ErrorAsync($"{target}: no process killed").ConfigureAwait(false);
                foreach (var process in found)
                    process.Signal(signal);
            }
            else if (!TrySignal(context, target, signal, out var problem))
                await context.ErrorAsync(problem).ConfigureAwait(false);
        }
        return context.Status;
    }

    private static bool TrySignal(CommandContext context, string target, int signal, out string problem)
    {
        problem = $"can't kill pid {target}: No such process";
        if (target.StartsWith('%'))
        {
            if (context.Shell?.Jobs.Find(target) is not { } job) return false;
            job.Process.Signal(signal);
            return true;
        }
        if (!int.TryParse(target, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid))
        {
            problem = $"invalid number '{target}'";
            return false;
        }
        var container = context.Container;
        if (
            pid == 1
            && context.Process.Session.Run.Processes.Find(1) is null or { ParentPid: 0 }
            && !IsShellProcess(context)
        )
        {
            // The first process is the image's server.
            if (signal == 0) return true;
            if (container.Program.EndsGracefully) container.Kill(0, "Completed");
            container.Pod.Cluster.Controllers.WakeKubelet(container.Pod.Key);
            return true;
        }
        if (context.Process.Session.Run.Processes.Find(Math.Abs(pid)) is not { } process)
            return context.Shell?.Jobs.Find(target) is not null && signal != 0;
        process.Signal(signal);
        return true;
    }

    private static bool IsShellProcess(CommandContext context) => context.Container.Program is ShellProgram;
}
