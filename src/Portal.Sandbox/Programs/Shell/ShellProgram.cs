using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>A container of an image with a shell: its command really runs; without one it stays until stopped, as with a terminal.</summary>
internal sealed class ShellProgram(JsonObject container) : IPodProgram
{
    private readonly bool _hasCommand = container["command"] is not null || container["args"] is not null;

    public async Task<int> RunAsync(ContainerInstance container, CancellationToken cancellationToken)
    {
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
        return await ShellExec.RunAsync(container, container.Command, io, tty: false, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Runs a command line in a container.</summary>
internal static class ShellExec
{
    public static async Task<int> RunAsync(ContainerInstance container, IReadOnlyList<string> argv, ShellIo io, bool tty, CancellationToken cancellationToken)
    {
        var session = new ShellSession(container);
        var name = argv[0][(argv[0].LastIndexOf('/') + 1)..];
        if (name is not ("sh" or "bash" or "ash" or "dash")) return await ShellCommands.RunAsync(session, argv, io, cancellationToken).ConfigureAwait(false);
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

/// <summary>What a shell remembers between commands.</summary>
internal sealed class ShellSession(ContainerInstance container)
{
    public ContainerInstance Container => container;
    public Dictionary<string, string> Variables { get; } = new(container.Environment, StringComparer.Ordinal);
    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);
    public string Directory { get; set; } = "/";
    public int LastStatus { get; set; }
    public bool Exited { get; set; }

    /// <summary>Commands that were started with <c>&amp;</c>.</summary>
    public List<Task> Jobs { get; } = [];

    /// <summary>A subshell: what it changes stays its own.</summary>
    public ShellSession Fork()
    {
        var fork = new ShellSession(container) { Directory = Directory, LastStatus = LastStatus };
        foreach (var (name, value) in Variables) fork.Variables[name] = value;
        foreach (var (name, text) in Files) fork.Files[name] = text;
        return fork;
    }
    public TimeProvider Time => container.Pod.Cluster.Time;
}
