namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class RealpathCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["realpath", "readlink"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("fnqesmv");
        foreach (var operand in options.Operands)
        {
            var path = context.Resolve(operand);
            var link = context.FileStatus(operand, follow: false)?.Node?.Target;
            if (context.Name == "readlink" && !options.Has('f'))
            {
                if (link is null) context.Status = 1;
                else await context.OutAsync(ByteText.From(link) + (options.Has('n') ? "" : "\n")).ConfigureAwait(false);
                continue;
            }
            if (link is not null)
                path = ShellPath.Resolve(path[..path.LastIndexOf('/')], link);
            if (
                context.Name == "realpath"
                && context.Container.Files.Status(path) is null
                && context.Container.Files.Status(path[..path.LastIndexOf('/')] is { Length: > 0 } p ? p : "/") is null
            )
                await context.ErrorAsync($"{operand}: {ContainerFiles.Missing}").ConfigureAwait(false);
            else
                await context.OutAsync(ByteText.From(path) + (options.Has('n') ? "" : "\n")).ConfigureAwait(false);
        }
        return context.Status;
    }
}
