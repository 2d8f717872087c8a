namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class BasenameCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["basename", "dirname"];

    public async Task<int> RunAsync(CommandContext context)
    {
        if (context.Args.Count == 0) throw CommandOptions.Usage(context, "missing operand");
        var path = context.Args[0];
        var trimmed = path.TrimEnd('/');
        if (context.Name == "dirname")
        {
            var slash = trimmed.LastIndexOf('/');
            var parent = slash < 0 ? "." : trimmed[..slash].TrimEnd('/');
            await context
                .OutAsync(
                    (
                        path.Length > 0 && trimmed.Length == 0 ? "/"
                        : parent.Length == 0 ? "/"
                        : parent
                    ) + "\n"
                )
                .ConfigureAwait(false);
            return 0;
        }
        var name =
            trimmed.Length == 0
                ? path.Length > 0
                    ? "/"
                    : ""
                : ShellPath.Name(trimmed);
        if (
            context.Args.Count > 1
            && name.Length > context.Args[1].Length
            && name.EndsWith(context.Args[1], StringComparison.Ordinal)
        )
            name = name[..^context.Args[1].Length];
        await context.OutAsync(name + "\n").ConfigureAwait(false);
        return 0;
    }
}
