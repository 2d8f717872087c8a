namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class CurlCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["curl"];

    public Task<int> RunAsync(CommandContext context) =>
        CurlClient.RunAsync(
            new ProgramSession(context.Container, context.Process),
            [.. context.Args.Select(ByteText.ToText)],
            context.ToIo(),
            context.Token
        );
}
