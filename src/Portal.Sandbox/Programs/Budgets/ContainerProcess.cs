using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs.Budgets;

/// <summary>
/// A process in a container: its number, open files, directory, and what it holds of the container's budget, which is
/// given back when it is disposed. Used by one flow of control at a time; signals may come from others.
/// </summary>
internal sealed class ContainerProcess : IDisposable
{
    // Paying for less than this is not worth the count.
    private const double PayMicroseconds = 500;

    private readonly CancellationTokenSource _kill;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _killed;
    private CancellationTokenSource? _turn;
    private CancellationToken _token;
    private double _owed;
    private long _held;
    private bool _disposed;

    /// <exception cref="ForkException">There are too many processes.</exception>
    /// <exception cref="OperationCanceledException">A signal has just ended the parent, or what it runs.</exception>
    public ContainerProcess(ProcessSession session, ContainerProcess? parent, string command)
    {
        Session = session;
        ParentPid = parent?.Pid ?? 0;
        Command = command;
        StartedAt = session.Container.Pod.Cluster.Now;
        Directory = parent?.Directory ?? session.Container.WorkingDirectory;
        Umask = parent?.Umask ?? 0x12;
        Pid = session.Run.Processes.Add(this);
        IsBackground = parent?.IsBackground ?? false;
        _kill = CancellationTokenSource.CreateLinkedTokenSource(session.Token);
        _killed = _kill.Token;
        session.Enter();
        Files = parent is null ? new FileDescriptors() : parent.Files.Fork();
        // Whoever sends signals to a group has not seen this process before it was added; it has seen the parent.
        if (parent?.Token is not { IsCancellationRequested: true } ended) return;
        Dispose();
        ended.ThrowIfCancellationRequested();
    }

    public int Pid { get; }
    public int ParentPid { get; }
    public string Command { get; set; }
    public DateTimeOffset StartedAt { get; }
    public ProcessSession Session { get; }
    public ContainerInstance Container => Session.Container;
    public FileDescriptors Files { get; }
    public string Directory { get; set; }
    public int Umask { get; set; }

    /// <summary>Ends with the process, or with what an interactive shell runs just now.</summary>
    public CancellationToken Token => _turn is null ? _killed : _token;

    public CancellationToken SessionToken => _killed;

    /// <summary>Whether it was started with <c>&amp;</c>: the terminal does not interrupt it.</summary>
    public bool IsBackground { get; set; }

    /// <summary>An interactive shell: Ctrl-C ends what it does, not the shell.</summary>
    public void BeginTurns() => BeginTurn();

    public void BeginTurn()
    {
        if (_turn is { IsCancellationRequested: false }) return;
        var turn = CancellationTokenSource.CreateLinkedTokenSource(_killed);
        _token = turn.Token;
        Interlocked.Exchange(ref _turn, turn)?.Dispose();
    }

    public void InterruptTurn() => Cancel(_turn);

    /// <summary>Completes with the exit status.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>The signal that ends the process; zero for none.</summary>
    public int FatalSignal { get; private set; }

    /// <summary>Asks a process that handles signals itself; true when it took this one.</summary>
    public Func<int, bool>? Handler { get; set; }

    /// <summary>
    /// Sends a signal. SIGKILL ends in any case; a container's first process only ends of signals that it handles.
    /// </summary>
    public void Signal(int signal)
    {
        const int Kill = 9, Child = 17, Continue = 18, Stop = 19, Window = 28;
        if (signal is 0 or Child or Continue or Stop or Window) return;
        if (signal != Kill && Handler?.Invoke(signal) == true) return;
        if (Pid == 1 && signal != Kill && Session.Run.IsMain(Session)) return;
        FatalSignal = signal;
        Cancel(_kill);
    }

    /// <summary>Charges memory that the process holds from now on.</summary>
    public void Hold(long bytes)
    {
        // What was held went back when the process ended.
        if (bytes == 0 || _disposed) return;
        if (bytes < 0)
        {
            _held += bytes;
            Session.Run.Budget.Release(-bytes);
            return;
        }
        Session.Run.Budget.Hold(bytes);
        _held += bytes;
    }

    /// <summary>Charges work, in microseconds; returns when it is paid for.</summary>
    public ValueTask SpendAsync(double microseconds)
    {
        _owed += microseconds;
        return _owed < PayMicroseconds ? default : new(PayAsync());
    }

    private async Task PayAsync()
    {
        var seconds = _owed / 1e6;
        _owed = 0;
        var paid = Session.Run.Budget.SpendAsync(seconds, Token);
        // Even a rich process lets others have the thread.
        if (paid.IsCompleted) await Task.Yield();
        await paid.ConfigureAwait(false);
    }

    public void Exit(int status)
    {
        Dispose();
        _exited.TrySetResult(status);
    }

    public void Dispose()
    {
        if (Session.Run.Processes.Find(Pid) != this) return;
        _disposed = true;
        Session.Run.Processes.Remove(this);
        Files.Dispose();
        Session.Run.Budget.Release(_held);
        _held = 0;
        _turn?.Dispose();
        _kill.Dispose();
        Session.Leave();
    }

    private static void Cancel(CancellationTokenSource? source)
    {
        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }
}
