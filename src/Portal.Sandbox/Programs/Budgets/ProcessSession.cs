namespace Portal.Sandbox.Programs.Budgets;

/// <summary>
/// A container's main process or one that was executed in it, with all that it started. It ends as a whole: when the
/// client goes away, the container ends or memory is out.
/// </summary>
internal sealed class ProcessSession : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private int _living;
    private bool _disposed;

    public ProcessSession(ContainerInstance container, CancellationToken cancellationToken)
    {
        Container = container;
        Run = container.CurrentRun;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Run.Stopping);
        Token = _stop.Token;
    }

    public ContainerInstance Container { get; }
    public ContainerRun Run { get; }
    public CancellationToken Token { get; }

    /// <summary>Whether a process wanted more memory than there was; all of the session end of it.</summary>
    public bool OutOfMemory { get; private set; }

    /// <summary>The terminal of the session; null without.</summary>
    public Shell.Terminal? Terminal { get; set; }

    public void Kill(bool outOfMemory)
    {
        OutOfMemory |= outOfMemory;
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // All of it has ended already.
        }
    }

    internal void Enter() => Interlocked.Increment(ref _living);

    internal void Leave()
    {
        if (Interlocked.Decrement(ref _living) == 0 && _disposed) _stop.Dispose();
    }

    /// <summary>The main process has ended. What it left in the background goes on until the container ends.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (Volatile.Read(ref _living) == 0) _stop.Dispose();
    }
}
