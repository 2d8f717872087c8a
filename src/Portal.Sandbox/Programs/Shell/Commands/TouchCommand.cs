namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TouchCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["touch"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("cmahd:t:r:");
        if (options.Operands.Count == 0) throw CommandOptions.Usage(context, "missing operand");
        foreach (var path in options.Operands)
        {
            if (options.Has('c') && context.FileStatus(path) is null)
                continue;
            if (context.FileStatus(path) is { IsDirectory: true })
                continue;
            if (context.Container.Files.Create(context.Resolve(path), out var error) is { } node)
                node.Modified = context.Time.GetUtcNow();
            else
                await context.ErrorAsync($"{path}: {error}").ConfigureAwait(false);
        }
        return context.Status;
    }
}
