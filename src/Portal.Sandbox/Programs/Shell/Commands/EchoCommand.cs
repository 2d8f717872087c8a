namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class EchoCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["echo"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var (i, newline, escapes) = (0, true, false);
        for (
            ;
            i < context.Args.Count
                && context.Args[i] is ['-', _, ..] flags
                && flags.AsSpan(1).TrimStart("neE").Length == 0;
            i++
        )
        {
            newline &= !flags.Contains('n', StringComparison.Ordinal);
            foreach (var flag in flags) escapes = flag == 'e' || (flag != 'E' && escapes);
        }
        var text = string.Join(' ', context.Args.Skip(i));
        var stopped = false;
        if (escapes) text = Escapes.Expand(text, Escapes.Style.Echo, out stopped);
        await context.OutAsync(text).ConfigureAwait(false);
        if (newline && !stopped) await context.OutAsync("\n").ConfigureAwait(false);
        return 0;
    }
}
