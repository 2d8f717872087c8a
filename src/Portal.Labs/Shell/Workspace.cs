using System.Collections.Immutable;
using Portal.Labs.Sessions;
using Portal.Labs.Shell.Isolation;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell;

/// <summary>
/// A learner's shell and files for one lesson. When the shell ends (<c>exit</c>, or it had to be killed) another one is
/// started; terminals stay attached. Thread-safe.
/// </summary>
internal sealed class Workspace : IAsyncDisposable
{
    private static readonly TimeSpan s_jobPolling = TimeSpan.FromSeconds(1);

    private readonly WorkspaceSpec _spec;
    private readonly WorkspacePaths _paths;
    private readonly Func<string, PtyStartInfo> _start;
    private readonly TimeProvider _time;
    private readonly TerminalHub _hub = new();
    private readonly ITimer _jobTimer;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _supervision;
    private volatile InteractiveShell _shell;
    private volatile TaskCompletionSource<bool> _replacement = NewReplacement();
    private ImmutableArray<BackgroundJob> _jobs = [];
    private (int Columns, int Rows) _size = (120, 30);

    private Workspace(WorkspaceSpec spec, WorkspacePaths paths, Func<string, PtyStartInfo> start, TimeProvider time)
    {
        _spec = spec;
        _paths = paths;
        _start = start;
        _time = time;
        _jobTimer = time.CreateTimer(_ => DropEndedJobs(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _shell = StartShell();
        _supervision = Task.Run(SuperviseAsync);
    }

    public string LessonDirectory => WorkspaceFiles.LessonDirectory(_spec, _paths);

    public ImmutableArray<BackgroundJob> Jobs => _jobs;

    /// <summary>Raised on a pool thread after <see cref="Jobs"/> has changed.</summary>
    public event Action? JobsChanged;

    /// <summary>Prepares the files and starts the shell; returns when it shows its first prompt.</summary>
    /// <exception cref="WorkspaceException">A program is missing, or the directory cannot be used.</exception>
    public static async Task<Workspace> CreateAsync(WorkspaceSpec spec, IWorkspaceIsolation isolation, TimeProvider time, CancellationToken cancellationToken)
    {
        if (isolation.Check() is { } problem) throw problem;
        var bash = ToolPaths.Find("bash") ?? throw new WorkspaceException("bash was not found on this machine.", "Install bash and start the portal again; on Windows run the portal in WSL.");
        if (ToolPaths.Find("kubectl", spec.ToolsDirectory) is null)
        {
            throw new WorkspaceException("kubectl was not found on the portal's PATH.", "Install kubectl 1.32 or newer (https://kubernetes.io/docs/tasks/tools/) and start the portal again.");
        }
        Workspace? workspace = null;
        try
        {
            var paths = WorkspaceFiles.Prepare(spec);
            workspace = new Workspace(spec, paths, startup => isolation.Wrap(WorkspaceFiles.ShellStart(spec, paths, bash, startup), paths), time);
            await workspace._shell.WaitReadyAsync(cancellationToken).ConfigureAwait(false);
            return workspace;
        }
        catch (Exception e)
        {
            if (workspace is not null) await workspace.DisposeAsync().ConfigureAwait(false);
            if (e is IOException or UnauthorizedAccessException or ShellEndedException)
            {
                throw new WorkspaceException($"The workspace could not be started: {e.Message}", $"Check that {spec.Directory} can be written, or set Portal:Labs:WorkspacesDirectory to a directory that can.", e);
            }
            throw;
        }
    }

    /// <summary>Runs one complete command in the shell; see <see cref="InteractiveShell.ExecuteAsync"/>.</summary>
    public async Task<CommandOutcome> ExecuteAsync(string command, TimeSpan timeout, MarkerParser.TextHandler output, CancellationToken stop)
    {
        while (true)
        {
            var replacement = _replacement;
            var shell = _shell;
            try
            {
                return await shell.ExecuteAsync(command, timeout, output, stop).ConfigureAwait(false);
            }
            catch (ShellEndedException)
            {
                // It ended before the command could start; the supervisor is about to put another in its place.
                if (!await replacement.Task.ConfigureAwait(false)) return new(RunPhase.Failed, null);
            }
        }
    }

    public ITerminalAttachment AttachTerminal(int columns, int rows)
    {
        Resize(columns, rows);
        return new Attachment(this, _hub.Attach());
    }

    public void StopJob(int number)
    {
        if (_jobs.FirstOrDefault(j => j.Number == number) is not { } job) return;
        // With job control each job leads a process group of its own.
        _ = LibC.Kill(-job.ProcessId, LibC.SigTerm);
        _ = LibC.Kill(-job.ProcessId, LibC.SigCont);
    }

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _jobTimer.DisposeAsync().ConfigureAwait(false);
        await _shell.DisposeAsync().ConfigureAwait(false);
        await _supervision.ConfigureAwait(false);
        ProcessTree.KillByVariable(WorkspaceFiles.LessonVariable, LessonDirectory);
        _hub.Complete();
    }

    private InteractiveShell StartShell()
    {
        var shell = InteractiveShell.Start(s => _start(s) with { Columns = _size.Columns, Rows = _size.Rows }, _paths.Control, _hub, _time);
        shell.Prompted += ReadJobs;
        return shell;
    }

    private async Task SuperviseAsync()
    {
        while (true)
        {
            var ended = _shell;
            await ended.Exited.ConfigureAwait(false);
            await ended.DisposeAsync().ConfigureAwait(false);
            if (_closing.IsCancellationRequested || !ended.HasPrompted)
            {
                // A shell that cannot even show a prompt would only be started again and again.
                _replacement.TrySetResult(false);
                return;
            }
            _hub.Publish("\r\n\e[2mThe shell ended; this is a new one.\e[0m\r\n"u8.ToArray());
            SetJobs([]);
            _shell = StartShell();
            var replaced = _replacement;
            _replacement = NewReplacement();
            replaced.TrySetResult(true);
            if (_closing.IsCancellationRequested) await _shell.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource<bool> NewReplacement() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void ReadJobs()
    {
        try
        {
            SetJobs(JobTable.Parse(File.ReadAllText(Path.Combine(_paths.Control, ShellStartup.JobsFile))).RemoveAll(j => !j.Running));
        }
        catch (IOException)
        {
            // The file appears with the first prompt.
        }
    }

    private void DropEndedJobs() => SetJobs(_jobs.RemoveAll(j => !ProcessTree.IsAlive(j.ProcessId)));

    private void SetJobs(ImmutableArray<BackgroundJob> jobs)
    {
        var changed = !jobs.SequenceEqual(_jobs);
        _jobs = jobs;
        // bash tells about an ended job only at its next prompt, so the processes are looked at while there are any.
        if (!_closing.IsCancellationRequested && !jobs.IsEmpty) _jobTimer.Change(s_jobPolling, Timeout.InfiniteTimeSpan);
        if (changed) JobsChanged?.Invoke();
    }

    private void Resize(int columns, int rows)
    {
        _size = (columns, rows);
        _shell.Resize(columns, rows);
    }

    private sealed class Attachment(Workspace workspace, TerminalHub.Reader reader) : ITerminalAttachment
    {
        public IAsyncEnumerable<ReadOnlyMemory<byte>> Output => reader.ReadAllAsync();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
        {
            workspace._shell.Type(input.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken)
        {
            workspace.Resize(columns, rows);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
