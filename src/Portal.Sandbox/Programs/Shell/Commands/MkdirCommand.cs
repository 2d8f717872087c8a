namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class MkdirCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["mkdir"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("pm: p=parents m=mode");
        if (options.Operands.Count == 0) throw CommandOptions.Usage(context, "missing operand");
        foreach (var operand in options.Operands)
        {
            var path = context.Resolve(operand);
            if (context.FileStatus(operand) is { } status)
            {
                if (!options.Has('p') || !status.IsDirectory)
                    await context.ErrorAsync($"can't create directory '{operand}': File exists").ConfigureAwait(false);
                continue;
            }
            var error = options.Has('p')
                ? Parents(context, path)
                : Parent(context, path) ?? context.Container.Files.MakeDirectory(path);
            if (error is not null)
                await context.ErrorAsync($"can't create directory '{operand}': {error}").ConfigureAwait(false);
        }
        return context.Status;
    }

    private static string? Parent(CommandContext context, string path)
    {
        var parent = path[..path.LastIndexOf('/')];
        return parent.Length == 0 || context.Container.Files.Status(parent) is { IsDirectory: true } ? null
            : context.Container.Files.Status(parent) is null ? ContainerFiles.Missing
            : "Not a directory";
    }

    private static string? Parents(CommandContext context, string path)
    {
        for (var i = path.IndexOf('/', 1); ; i = path.IndexOf('/', i + 1))
        {
            var part = i < 0 ? path : path[..i];
            if (context.Container.Files.Status(part) is { IsDirectory: false })
                return "Not a directory";
            if (!context.Container.Files.IsDirectory(part) && context.Container.Files.MakeDirectory(part) is { } error)
                return error;
            if (i < 0)
                return null;
        }
    }
}
