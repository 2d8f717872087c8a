namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class RmdirCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["rmdir"];

    public async Task<int> RunAsync(CommandContext context)
    {
        foreach (var operand in context.Options("p").Operands)
        {
            var path = context.Resolve(operand);
            if (context.FileStatus(operand) is not { } status)
                await context.ErrorAsync($"'{operand}': {ContainerFiles.Missing}").ConfigureAwait(false);
            else if (!status.IsDirectory)
                await context.ErrorAsync($"'{operand}': Not a directory").ConfigureAwait(false);
            else if (context.Container.Files.List(path).Count > 0)
                await context.ErrorAsync($"'{operand}': Directory not empty").ConfigureAwait(false);
            else
                context.Container.Files.Delete(path);
        }
        return context.Status;
    }
}
