namespace Portal.Labs.Shell;

/// <summary>
/// Whether a shell is at its prompt, as its marks tell, and whether something may have been typed there. Thread-safe.
/// </summary>
internal sealed class ShellPrompt
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _shown = NewSignal();
    private bool _mayHoldInput;

    public bool IsShown
    {
        get
        {
            lock (_gate) return _shown.Task.IsCompleted;
        }
    }

    public void Show()
    {
        TaskCompletionSource shown;
        lock (_gate) shown = _shown;
        shown.TrySetResult();
    }

    /// <summary>A line starts to run.</summary>
    public void Leave()
    {
        lock (_gate) _shown = NewSignal();
    }

    /// <summary>The shell asks for the rest of a line.</summary>
    public void Continue()
    {
        lock (_gate) _mayHoldInput = true;
    }

    public void Type(ReadOnlySpan<byte> input)
    {
        // After Enter the line belongs to the shell; what it then asks to be continued tells so with a mark of its own.
        lock (_gate) _mayHoldInput = input[^1] is not ((byte)'\r' or (byte)'\n');
    }

    /// <summary>Whether the line has to be cleared, with the next prompt as the sign that it is.</summary>
    public bool TryClear()
    {
        lock (_gate)
        {
            if (!_mayHoldInput) return false;
            _mayHoldInput = false;
            _shown = NewSignal();
            return true;
        }
    }

    /// <param name="ended">Completes when the shell does.</param>
    /// <exception cref="ShellEndedException">It ended before.</exception>
    public async Task WaitAsync(Task ended, CancellationToken cancellationToken)
    {
        Task shown;
        lock (_gate) shown = _shown.Task;
        if (await Task.WhenAny(shown, ended).WaitAsync(cancellationToken).ConfigureAwait(false) != shown)
            throw new ShellEndedException();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The shell ended; the workspace starts another.</summary>
internal sealed class ShellEndedException() : Exception("The shell ended.");
