namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class RmCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["rm", "unlink"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("rRfi f=force r=recursive");
        if (options.Operands.Count == 0 && !options.Has('f')) throw CommandOptions.Usage(context, "missing operand");
        foreach (var operand in options.Operands)
        {
            var path = context.Resolve(operand);
            var status = context.FileStatus(operand, follow: false);
            if (operand.TrimEnd('/') is "." or ".." || operand.EndsWith("/.", StringComparison.Ordinal))
                await context.ErrorAsync("can't remove '.' or '..'").ConfigureAwait(false);
            else if (status is null)
            {
                if (!options.Has('f'))
                    await context
                        .ErrorAsync($"can't remove '{operand}': {ContainerFiles.Missing}")
                        .ConfigureAwait(false);
            }
            else if (status.IsDirectory && !options.Has('r') && !options.Has('R'))
                await context.ErrorAsync($"'{operand}' is a directory").ConfigureAwait(false);
            else if (context.Container.Files.IsReadOnly(path))
                await context.ErrorAsync($"can't remove '{operand}': {ContainerFiles.ReadOnly}").ConfigureAwait(false);
            else if (!context.Container.Files.Delete(path) && !options.Has('f'))
                await context.ErrorAsync($"can't remove '{operand}': Device or resource busy").ConfigureAwait(false);
        }
        return context.Status;
    }
}
