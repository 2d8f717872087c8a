namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class LnCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["ln"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("sfnT");
        if (options.Operands.Count < 1) throw CommandOptions.Usage(context, "missing operand");
        var source = options.Operands[0];
        var link = options.Operands.Count > 1 ? options.Operands[1] : ShellPath.Name(source);
        if (context.FileStatus(link) is { IsDirectory: true }) link = $"{link.TrimEnd('/')}/{ShellPath.Name(source)}";
        var path = context.Resolve(link);
        if (context.FileStatus(link, follow: false) is not null)
        {
            if (!options.Has('f')) return await context.ErrorAsync($"{link}: File exists").ConfigureAwait(false);
            context.Container.Files.Delete(path);
        }
        if (options.Has('s'))
        {
            if (context.Container.Files.Create(path, out var error) is not { } node)
                return await context.ErrorAsync($"{link}: {error}").ConfigureAwait(false);
            node.Target = ByteText.ToText(source);
            return 0;
        }
        // A hard link is a copy: the trees have one name a file.
        if (context.Container.Files.Read(context.Resolve(source)) is not { } content)
            return await context.ErrorAsync($"{source}: {ContainerFiles.Missing}").ConfigureAwait(false);
        return context.Container.Files.Write(path, content) is { } failed
            ? await context.ErrorAsync($"{link}: {failed}").ConfigureAwait(false)
            : 0;
    }
}
