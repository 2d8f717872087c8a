namespace Portal.Sandbox.Streaming;

/// <summary>How many connections from outside a cluster's pods have at a time. Thread-safe.</summary>
internal sealed class ConnectionCount(SandboxBudgets budgets)
{
    private int _open;

    /// <summary>Counts one more; dispose of it once it has ended (more than once does no harm).</summary>
    /// <returns>False when there are as many as there may be.</returns>
    public bool TryOpen(out IDisposable connection)
    {
        connection = new Connection(this);
        if (Interlocked.Increment(ref _open) <= budgets.Connections) return true;
        connection.Dispose();
        return false;
    }

    private sealed class Connection(ConnectionCount count) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0) Interlocked.Decrement(ref count._open);
        }
    }
}
