namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Owners are not kept: every process is its container's user.</summary>
internal sealed class ChownCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["chown", "chgrp", "sync"];

    public async Task<int> RunAsync(CommandContext context)
    {
        if (context.Name == "sync")
            return 0;
        foreach (var path in context.Args.Where(a => !a.StartsWith('-')).Skip(1))
            if (context.FileStatus(path) is null)
                await context.ErrorAsync($"{path}: {ContainerFiles.Missing}").ConfigureAwait(false);
        return context.Status;
    }
}
