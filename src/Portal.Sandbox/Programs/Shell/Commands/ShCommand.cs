namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ShCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["sh", "bash", "ash", "dash"];

    public Task<int> RunAsync(CommandContext context) =>
        ShellLauncher.RunShellAsync(context.Process, [context.Name, .. context.Args], context.Environment);
}
