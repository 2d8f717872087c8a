namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class WgetCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["wget"];

    public Task<int> RunAsync(CommandContext context) =>
        CurlClient.WgetAsync(
            new ProgramSession(context.Container, context.Process),
            [.. context.Args.Select(ByteText.ToText)],
            context.ToIo(),
            context.Token
        );
}
