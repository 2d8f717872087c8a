namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class WhichCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["which"];

    public static string PathOf(string name) =>
        name
            is "curl"
                or "wget"
                or "env"
                or "awk"
                or "sort"
                or "head"
                or "tail"
                or "wc"
                or "cut"
                or "tr"
                or "find"
                or "xargs"
                or "fortio"
            ? $"/usr/bin/{name}"
            : $"/bin/{name}";

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("a");
        foreach (var name in options.Operands)
        {
            if (ShellCommandTable.Find(name) is not null)
                await context.OutAsync(PathOf(name) + "\n").ConfigureAwait(false);
            else if (name.Contains('/', StringComparison.Ordinal) && context.FileStatus(name) is { IsDirectory: false })
                await context.OutAsync(name + "\n").ConfigureAwait(false);
            else
                context.Status = 1;
        }
        return context.Status;
    }
}
