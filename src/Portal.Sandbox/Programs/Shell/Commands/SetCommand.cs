namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class SetCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["set"];

    public CommandKind Kind => CommandKind.Special;

    public async Task<int> RunAsync(CommandContext context)
    {
        var shell = context.Shell!;
        if (context.Args.Count == 0)
        {
            foreach (var (name, value, _, _) in shell.Variables.All)
                if (value is not null)
                    await context.OutAsync($"{name}={Quote(value)}\n").ConfigureAwait(false);
            return 0;
        }
        var i = 0;
        for (; i < context.Args.Count && context.Args[i] is ['-' or '+', ..] arg; i++)
        {
            if (arg == "--")
            {
                shell.Positional = [.. context.Args.Skip(i + 1)];
                return 0;
            }
            if (arg == "-") continue;
            var on = arg[0] == '-';
            foreach (var flag in arg[1..])
            {
                if (flag == 'o')
                {
                    if (i + 1 >= context.Args.Count)
                    {
                        foreach (var (_, name) in ShellOptions.All)
                            await context
                                .OutAsync(
                                    on
                                        ? $"{name, -16}{(shell.Options[name] ? "on" : "off")}\n"
                                        : $"set {(shell.Options[name] ? "-o" : "+o")} {name}\n"
                                )
                                .ConfigureAwait(false);
                        return 0;
                    }
                    var wanted = context.Args[++i];
                    if (!ShellOptions.All.Any(o => o.Name == wanted))
                        throw new ShellErrorException($"set: illegal option {(on ? '-' : '+')}o {wanted}");
                    shell.Options[wanted] = on;
                }
                else if (ShellOptions.All.FirstOrDefault(o => o.Flag == flag) is { Name: { } name })
                    shell.Options[name] = on;
                else if (!"mhbvVEiIs".Contains(flag, StringComparison.Ordinal))
                    throw new ShellErrorException($"set: illegal option {arg[0]}{flag}");
            }
        }
        shell.Variables.ExportsAll = shell.Options.AllExport;
        if (i < context.Args.Count) shell.Positional = [.. context.Args.Skip(i)];
        return 0;
    }

    public static string Quote(string value) => "'" + value.Replace("'", "'\"'\"'", StringComparison.Ordinal) + "'";
}
