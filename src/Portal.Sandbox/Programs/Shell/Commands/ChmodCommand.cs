namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ChmodCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["chmod"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var args = context.Args.Where(a => a is not ("-R" or "-f" or "-v" or "-c")).ToList();
        if (args.Count < 2) throw CommandOptions.Usage(context, "missing operand");
        foreach (var path in args.Skip(1))
        {
            if (context.FileStatus(path) is not { } status)
            {
                await context.ErrorAsync($"{path}: {ContainerFiles.Missing}").ConfigureAwait(false);
                continue;
            }
            var mode = Apply(args[0], status.Mode) ?? throw new CommandException($"invalid mode '{args[0]}'");
            if (status.Node is { } node) node.Mode = mode;
        }
        return context.Status;
    }

    private static int? Apply(string text, int mode)
    {
        if (text.All(c => c is >= '0' and <= '7')) return text.Length is > 0 and <= 4 ? Convert.ToInt32(text, 8) : null;
        foreach (var clause in text.Split(','))
        {
            var at = clause.IndexOfAny(['+', '-', '=']);
            if (at < 0) return null;
            var who = clause[..at] is "" or "a" ? "ugo" : clause[..at];
            var bits = clause[(at + 1)..]
                .Aggregate(
                    0,
                    (b, c) =>
                        b
                        | (
                            c switch
                            {
                                'r' => 4,
                                'w' => 2,
                                'x' or 'X' => 1,
                                _ => 0,
                            }
                        )
                );
            var mask = who.Aggregate(
                0,
                (m, w) =>
                    m
                    | (
                        w switch
                        {
                            'u' => bits << 6,
                            'g' => bits << 3,
                            'o' => bits,
                            _ => 0,
                        }
                    )
            );
            var all = who.Aggregate(
                0,
                (m, w) =>
                    m
                    | (
                        w switch
                        {
                            'u' => 7 << 6,
                            'g' => 7 << 3,
                            'o' => 7,
                            _ => 0,
                        }
                    )
            );
            mode = clause[at] switch
            {
                '+' => mode | mask,
                '-' => mode & ~mask,
                _ => (mode & ~all) | mask,
            };
        }
        return mode;
    }
}
