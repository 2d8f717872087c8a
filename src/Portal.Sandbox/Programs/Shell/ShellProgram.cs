using System.Text.Json.Nodes;
using System.Threading.Channels;

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
        if (container.Console is { } console) return await ShellExec.RunAsync(container, _hasCommand ? container.Command : ["sh"], console.Io, console.Tty, cancellationToken).ConfigureAwait(false);
        // Without a command these images start a shell on an empty input, or print their usage: either way they end at once.
        if (!_hasCommand) return 0;
        var none = Channel.CreateUnbounded<byte[]>();
        none.Writer.TryComplete();
        Task Write(ReadOnlyMemory<byte> data)
        {
            container.Log.Write(System.Text.Encoding.UTF8.GetString(data.Span));
            return Task.CompletedTask;
        }
        var io = new ShellIo(none.Reader, Write, Write);
        var code = await ShellExec.RunAsync(container, container.Command, io, tty: false, cancellationToken).ConfigureAwait(false);
        return code == ShellCommands.NotFound && !ShellExec.IsShell(container.Command[0]) ? throw new CommandNotFoundException(container.Command[0]) : code;
    }
}

/// <summary>Runs a command line in a container.</summary>
internal static class ShellExec
{
    public static bool IsShell(string command) => command[(command.LastIndexOf('/') + 1)..] is "sh" or "bash" or "ash" or "dash";

    public static async Task<int> RunAsync(ContainerInstance container, IReadOnlyList<string> argv, ShellIo io, bool tty, CancellationToken cancellationToken)
    {
        var session = new ShellSession(container);
        if (!IsShell(argv[0])) return await ShellCommands.RunAsync(session, argv, io, cancellationToken).ConfigureAwait(false);
        var i = 1;
        var script = (string?)null;
        for (; i < argv.Count && argv[i].StartsWith('-'); i++)
        {
            if (!argv[i].Contains('c', StringComparison.Ordinal) || argv[i].StartsWith("--", StringComparison.Ordinal)) continue;
            script = argv.ElementAtOrDefault(i + 1) ?? "";
            break;
        }
        if (script is not null) return await ShellInterpreter.RunAsync(session, script, io, cancellationToken).ConfigureAwait(false);
        return tty ? await InteractiveShell.RunAsync(session, io, cancellationToken).ConfigureAwait(false)
            : await ShellInterpreter.RunAsync(session, await io.ReadAllAsync(cancellationToken).ConfigureAwait(false), io, cancellationToken).ConfigureAwait(false);
    }
}
