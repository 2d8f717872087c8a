using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Starts programs in processes.</summary>
internal static class ShellLauncher
{
    public const int NotFound = 127, NotExecutable = 126;

    public static bool IsShell(string name) => ShellPath.Name(name) is "sh" or "bash" or "ash" or "dash";

    /// <summary>Runs a command in a child process and waits for it.</summary>
    public static async Task<int> RunChildAsync(
        ContainerProcess parent,
        IReadOnlyList<string> argv,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var child = new ContainerProcess(parent.Session, parent, string.Join(' ', argv));
        await parent.SpendAsync(20).ConfigureAwait(false);
        var running = ProcessRunner.RunAsync(
            child,
            ShellPath.Name(argv[0]),
            () => RunProgramAsync(child, argv, environment, parent.Command.Split(' ')[0])
        );
        try
        {
            return await running.WaitAsync(parent.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            child.Signal(Signals.Terminate);
            throw;
        }
    }

    /// <summary>Runs a command as this process.</summary>
    /// <param name="caller">Who says that there is no such command.</param>
    public static async Task<int> RunProgramAsync(
        ContainerProcess process,
        IReadOnlyList<string> argv,
        IEnumerable<KeyValuePair<string, string>> environment,
        string caller
    )
    {
        if (IsShell(argv[0])) return await RunShellAsync(process, argv, environment).ConfigureAwait(false);
        var name = ShellPath.Name(argv[0]);
        var hasPath = argv[0].Contains('/', StringComparison.Ordinal);
        var command = hasPath && !IsProgramPath(argv[0]) ? null : ShellCommandTable.Find(name);
        if (
            command is null
            && hasPath
            && process.Container.Files.Status(ShellFiles.Resolve(process, argv[0])) is { } status
        )
            return await RunFileAsync(process, argv, environment, status).ConfigureAwait(false);
        if (command is null)
        {
            await new CommandContext(process, argv, environment, null)
                .SayAsync($"{(IsShell(caller) ? caller : caller)}: {argv[0]}: not found\n")
                .ConfigureAwait(false);
            return NotFound;
        }
        // A built-in command as a program of its own runs in a shell of its own.
        var shell = command.Kind == CommandKind.Program ? null : new ShellInterpreter(process, environment);
        return await new CommandContext(process, argv, environment, shell).RunAsync(command).ConfigureAwait(false);
    }

    public static async Task<int> RunShellAsync(
        ContainerProcess process,
        IReadOnlyList<string> argv,
        IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var shell = new ShellInterpreter(process, environment) { Name = argv[0] };
        var (script, i) = ((string?)null, 1);
        for (; i < argv.Count && argv[i].Length > 1 && argv[i][0] is '-' or '+'; i++)
        {
            if (argv[i] == "--")
            {
                i++;
                break;
            }
            var on = argv[i][0] == '-';
            if (argv[i].StartsWith("--", StringComparison.Ordinal)) continue;
            var takesCommand = on && argv[i].Contains('c', StringComparison.Ordinal);
            foreach (var flag in argv[i].AsSpan(1))
            {
                if (flag == 'o' && i + 1 < argv.Count)
                    shell.Options[argv[++i]] = on;
                else if (ShellOptions.All.FirstOrDefault(o => o.Flag == flag) is { Name: { } name })
                    shell.Options[name] = on;
            }
            if (takesCommand) script = "";
        }
        if (script is not null)
        {
            if (i >= argv.Count) throw new ShellErrorException("-c requires an argument");
            script = argv[i++];
            if (i < argv.Count) shell.Name = argv[i++];
        }
        else if (i < argv.Count)
        {
            shell.Name = argv[i++];
            script = await ReadScriptAsync(process, shell.Name).ConfigureAwait(false);
        }
        shell.Positional = [.. argv.Skip(i)];
        if (script is not null)
            return await RunScriptAsync(shell, script).ConfigureAwait(false);
        if (process.Session.Terminal is { } terminal && process.Files[0] is { IsTerminal: true })
            return await InteractiveShell.RunAsync(shell, terminal).ConfigureAwait(false);
        return await RunScriptAsync(shell, await ReadAllAsync(process).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private static async Task<int> RunScriptAsync(ShellInterpreter shell, string script)
    {
        var status = 0;
        try
        {
            status = await shell.RunScriptAsync(script).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShellErrorException or ShellSyntaxException)
        {
            await shell.ErrorAsync($"{shell.Name}: {e.Message}\n").ConfigureAwait(false);
            status = (e as ShellErrorException)?.Status ?? 2;
            shell.Leaving = ShellInterpreter.Flow.None;
        }
        return await shell.EndAsync(status).ConfigureAwait(false);
    }

    private static bool IsProgramPath(string path) =>
        SystemFiles.IsProgram(ByteText.ToText(path)) || path.StartsWith("/usr/local/", StringComparison.Ordinal);

    /// <summary>A script that was written to a file.</summary>
    private static async Task<int> RunFileAsync(
        ContainerProcess process,
        IReadOnlyList<string> argv,
        IEnumerable<KeyValuePair<string, string>> environment,
        FileStatus status
    )
    {
        if (status.IsDirectory || (status.Mode & 0x49) == 0)
        {
            await new CommandContext(process, argv, environment, null)
                .SayAsync($"sh: {argv[0]}: Permission denied\n")
                .ConfigureAwait(false);
            return NotExecutable;
        }
        return await RunShellAsync(process, ["sh", .. argv], environment).ConfigureAwait(false);
    }

    private static async Task<string> ReadScriptAsync(ContainerProcess process, string path)
    {
        try
        {
            using var file = new DisposableFile(ShellFiles.Open(process, path, ShellFiles.Access.Read));
            return await ReadAllAsync(process, file.File).ConfigureAwait(false);
        }
        catch (FileException)
        {
            throw new ShellErrorException($"can't open '{path}': {ContainerFiles.Missing}", 2);
        }
    }

    public static Task<string> ReadAllAsync(ContainerProcess process) =>
        process.Files[0] is { } input ? ReadAllAsync(process, input) : Task.FromResult("");

    private static async Task<string> ReadAllAsync(ContainerProcess process, OpenFile file)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new byte[4096];
        while (await file.ReadAsync(buffer, process.Token).ConfigureAwait(false) is > 0 and var count)
        {
            process.Hold(count * 2);
            text.Append(ByteText.From(buffer.AsSpan(0, count)));
        }
        return text.ToString();
    }

    private sealed class DisposableFile(OpenFile file) : IDisposable
    {
        public OpenFile File => file;

        public void Dispose() => file.Close();
    }
}
