using System.Text.Json.Nodes;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>A container of an image with a shell: its command really runs; without one it stays until stopped, as with a terminal.</summary>
internal sealed class ShellProgram(JsonObject container) : IPodProgram
{
    private readonly bool _hasCommand = container["command"] is not null || container["args"] is not null;

    public bool EndsGracefully => false;

    public long BaseMemory => 1 << 20;

    /// <summary>A container that only sleeps, to be used through exec, does not.</summary>
    public bool ActsByItself(ContainerInstance container) =>
        container.Console is not null || !(container.Command is ["sleep" or "/bin/sleep" or "tail", ..] || (container.Command is [_, "-c", var script] && script.TrimStart().StartsWith("sleep ", StringComparison.Ordinal) && !script.Contains(';', StringComparison.Ordinal) && !script.Contains('&', StringComparison.Ordinal)));

    public async Task<int> RunAsync(ContainerInstance container, CancellationToken cancellationToken)
    {
        if (container.Console is { } console)
            return await ShellExec
                .RunMainAsync(
                    container,
                    _hasCommand ? container.Command : ["sh"],
                    console.Io,
                    console.Tty,
                    cancellationToken
                )
                .ConfigureAwait(false);
        // Without a command these images start a shell on an empty input, or print their usage: either way they end at once.
        if (!_hasCommand) return 0;
        if (container.Command.Count == 0) return 0;
        var name = container.Command[0];
        if (
            !ShellExec.IsShell(name)
            && ShellCommandTable.Find(ShellPath.Name(name)) is null
            && container.Files.Status(ShellPath.Resolve("/", name)) is null
        )
            throw new CommandNotFoundException(name);
        return await ShellExec
            .RunMainAsync(container, container.Command, container.LogIo(), tty: false, cancellationToken)
            .ConfigureAwait(false);
    }
}
