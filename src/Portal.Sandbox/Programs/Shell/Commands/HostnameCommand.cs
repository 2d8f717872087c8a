namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class HostnameCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["hostname"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("ifsd");
        await context
            .OutAsync((options.Has('i') ? context.Container.Pod.Ip : context.Container.Pod.Name) + "\n")
            .ConfigureAwait(false);
        return 0;
    }
}
