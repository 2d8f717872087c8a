namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class StressCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["stress", "stress-ng"];

    public Task<int> RunAsync(CommandContext context) =>
        StressProgram.RunAsync(context.Container, context.Args, context.Token);
}
