using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class NetcatCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["nc", "netcat"];

    public Task<int> RunAsync(CommandContext context) =>
        NetcatClient.RunAsync(
            new ProgramSession(context.Container, context.Process),
            [.. context.Args.Select(ByteText.ToText)],
            context.ToIo(),
            async () => Encoding.UTF8.GetString(await context.Input.ReadAllAsync().ConfigureAwait(false)),
            context.Token
        );
}
