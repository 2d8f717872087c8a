namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class CpCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["cp", "mv"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("rRafpdLinuT r=recursive");
        var recursive = context.Name == "mv" || options.Has('r') || options.Has('R') || options.Has('a');
        if (options.Operands.Count < 2) throw CommandOptions.Usage(context, "missing operand");
        var target = context.Resolve(options.Operands[^1]);
        var into = context.Container.Files.Status(target) is { IsDirectory: true };
        if (options.Operands.Count > 2 && !into)
            throw new CommandException($"target '{options.Operands[^1]}' is not a directory");
        foreach (var operand in options.Operands.SkipLast(1))
        {
            var source = context.Resolve(operand);
            var status = context.FileStatus(
                operand,
                follow: context.Name == "cp" && !options.Has('d') && !options.Has('a')
            );
            var to = into ? ShellPath.Join(target, ShellPath.Name(source)) : target;
            if (status is null)
                await context
                    .ErrorAsync(
                        context.Name == "mv"
                            ? $"can't rename '{operand}': {ContainerFiles.Missing}"
                            : $"can't stat '{operand}': {ContainerFiles.Missing}"
                    )
                    .ConfigureAwait(false);
            else if (status.IsDirectory && !recursive)
                await context.ErrorAsync($"omitting directory '{operand}'").ConfigureAwait(false);
            else if (source == to || to.StartsWith(source + "/", StringComparison.Ordinal))
                await context
                    .ErrorAsync($"'{operand}' and '{options.Operands[^1]}' are the same file")
                    .ConfigureAwait(false);
            else if (context.Name == "mv" && context.Container.Files.Move(source, to))
                continue;
            else if (await CopyAsync(context, source, to, 0).ConfigureAwait(false) is { } error)
                await context.ErrorAsync($"can't create '{ByteText.From(to)}': {error}").ConfigureAwait(false);
            else if (context.Name == "mv")
                context.Container.Files.Delete(source);
        }
        return context.Status;
    }

    private static async Task<string?> CopyAsync(CommandContext context, string source, string to, int depth)
    {
        const int Deepest = 100;
        await context.SpendAsync(20).ConfigureAwait(false);
        var files = context.Container.Files;
        if (files.Status(source) is not { } status) return ContainerFiles.Missing;
        if (!status.IsDirectory)
        {
            var content = files.Read(source)!;
            await context.SpendAsync(content.Length * 0.001).ConfigureAwait(false);
            var error = files.Write(to, content);
            if (error is null && files.Status(to)?.Node is { } node) node.Mode = status.Mode;
            return error;
        }
        if (depth > Deepest) return "File name too long";
        if (!files.IsDirectory(to) && files.MakeDirectory(to) is { } failed) return failed;
        foreach (var name in files.List(source))
            if (
                await CopyAsync(
                        context,
                        ShellPath.Join(source, name.TrimEnd('/')),
                        ShellPath.Join(to, name.TrimEnd('/')),
                        depth + 1
                    )
                    .ConfigureAwait(false) is
                { } error
            )
                return error;
        return null;
    }
}
