namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TruncateCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["truncate"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("cs:");
        var text = options.Value('s') ?? throw CommandOptions.Usage(context, "a size is needed");
        foreach (var path in options.Operands)
        {
            if (options.Has('c') && context.FileStatus(path) is null) continue;
            if (context.Container.Files.Create(context.Resolve(path), out var error) is not { } node)
            {
                await context.ErrorAsync($"{path}: {error}").ConfigureAwait(false);
                continue;
            }
            var size =
                CommandOptions.ParseNumber(text.TrimStart('+', '-')) * (text[0] == '-' ? -1 : 1)
                + (text[0] is '+' or '-' ? node.Length : 0);
            if (!node.Truncate(Math.Max(0, size), context.Time.GetUtcNow()))
                await context.ErrorAsync($"{path}: {ContainerFiles.NoSpace}").ConfigureAwait(false);
        }
        return context.Status;
    }
}
