namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class FortioShellCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["fortio"];

    public async Task<int> RunAsync(CommandContext context)
    {
        if (context.Container.Program is FortioProgram)
            return await FortioCommand
                .RunAsync(
                    new ProgramSession(context.Container, context.Process),
                    [.. context.Args.Select(ByteText.ToText)],
                    context.ToIo(),
                    context.Token
                )
                .ConfigureAwait(false);
        await context.SayAsync("sh: fortio: not found\n").ConfigureAwait(false);
        return ShellLauncher.NotFound;
    }
}
