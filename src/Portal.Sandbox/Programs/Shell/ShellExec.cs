using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// Runs a command line in a container: its main process, or what exec, hooks and probes run beside it.
/// </summary>
internal static class ShellExec
{
    public static bool IsShell(string command) => ShellLauncher.IsShell(command);

    /// <summary>
    /// Runs a command to its end. What it leaves in the background goes on; when the caller cancels, all of it ends.
    /// </summary>
    /// <param name="argv">Text as from the API.</param>
    /// <returns>The exit status, as a shell has it: 137 when memory was out.</returns>
    public static Task<int> RunAsync(
        ContainerInstance container,
        IReadOnlyList<string> argv,
        ShellIo io,
        bool tty,
        CancellationToken cancellationToken
    ) => RunAsync(container, argv, io, tty, main: false, cancellationToken);

    /// <summary>Runs the container's main process.</summary>
    /// <exception cref="OutOfMemoryKillException">It, or something that it started, wanted more memory than there
    /// is.</exception>
    public static Task<int> RunMainAsync(
        ContainerInstance container,
        IReadOnlyList<string> argv,
        ShellIo io,
        bool tty,
        CancellationToken cancellationToken
    ) => RunAsync(container, argv, io, tty, main: true, cancellationToken);

    private static async Task<int> RunAsync(
        ContainerInstance container,
        IReadOnlyList<string> argv,
        ShellIo io,
        bool tty,
        bool main,
        CancellationToken cancellationToken
    )
    {
        using var session = new ProcessSession(container, cancellationToken);
        if (main) session.Run.Begin(session);
        var words = argv.Select(ByteText.From).ToList();
        ContainerProcess process;
        try
        {
            process = new ContainerProcess(session, null, string.Join(' ', words));
        }
        catch (ForkException e)
        {
            await io.ErrorAsync($"sh: {e.Message}\n").ConfigureAwait(false);
            return 1;
        }
        using var terminal = tty ? new Terminal(io, session) : null;
        session.Terminal = terminal;
        if (terminal is not null) terminal.Attach(process.Files);
        else Attach(process.Files, io);
        var environment = container.Environment.Select(e => KeyValuePair.Create(e.Key, ByteText.From(e.Value)));
        var status = await ProcessRunner
            .RunAsync(
                process,
                ShellPath.Name(words[0]),
                () => ShellLauncher.RunProgramAsync(process, words, environment, "sh")
            )
            .ConfigureAwait(false);
        if (session.OutOfMemory && main)
            throw new OutOfMemoryKillException();
        cancellationToken.ThrowIfCancellationRequested();
        return session.OutOfMemory ? ProcessRunner.Killed : status;
    }

    private static void Attach(FileDescriptors files, ShellIo io)
    {
        files.Set(0, new HostFile(io.Input, null, terminal: false));
        files.Set(1, new HostFile(null, io.WriteAsync, terminal: false));
        files.Set(2, new HostFile(null, io.WriteErrorAsync, terminal: false));
    }
}
