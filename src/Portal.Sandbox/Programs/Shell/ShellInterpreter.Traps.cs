namespace Portal.Sandbox.Programs.Shell;

/// <summary>Traps and signals.</summary>
internal sealed partial class ShellInterpreter
{
    private readonly Dictionary<string, string> _traps = new(StringComparer.Ordinal);
    private readonly Queue<string> _pending = new();
    private TaskCompletionSource<string> _signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IEnumerable<(string Signal, string Action)> Traps =>
        _traps.OrderBy(t => Signals.Number(t.Key)).Select(t => (t.Key, t.Value));

    /// <summary>Completes with the next signal that a trap takes.</summary>
    public Task<string> Signalled => _signalled.Task;

    public void SetTrap(string signal, string? action)
    {
        if (action is null) _traps.Remove(signal);
        else _traps[signal] = action;
    }

    public async Task RunTrapsAsync()
    {
        while (_pending.Count > 0)
        {
            string signal;
            lock (_pending)
            {
                signal = _pending.Dequeue();
                _signalled = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            if (!_traps.TryGetValue(signal, out var action) || action.Length == 0) continue;
            var status = LastStatus;
            await RunScriptAsync(action).ConfigureAwait(false);
            if (Leaving == Flow.None) LastStatus = status;
        }
    }

    private async Task<int> RunExitTrapAsync(int status)
    {
        if (!_traps.Remove("EXIT", out var action) || action.Length == 0) return status;
        Leaving = Flow.None;
        LastStatus = status;
        await RunScriptAsync(action).ConfigureAwait(false);
        return Leaving == Flow.Exit ? LastStatus : status;
    }

    private bool OnSignal(int number)
    {
        var name = Signals.Name(number);
        if (!_traps.TryGetValue(name, out var action)) return Interactive && number is 2 or 3 or 15;
        if (action.Length == 0) return true;
        lock (_pending)
        {
            if (_pending.Count < 64) _pending.Enqueue(name);
            _signalled.TrySetResult(name);
        }
        return true;
    }
}
