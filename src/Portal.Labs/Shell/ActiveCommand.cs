namespace Portal.Labs.Shell;

/// <summary>
/// The command that an <see cref="InteractiveShell"/> runs, as its marks tell. The terminal throws away what nobody has
/// read yet when Ctrl-C is typed, marks too: each may be missing, and only the shell's next prompt is sure to come.
/// Not thread-safe: its shell locks.
/// </summary>
internal sealed class ActiveCommand(long id, MarkerParser.TextHandler output)
{
    /// <summary>The status of a command that Ctrl-C ended.</summary>
    private const int Interrupted = 130;

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private bool _withdrawn;
    private bool _interrupted;

    public long Id { get; } = id;

    /// <summary>Completes when it has started, has ended or is not to start any more.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Exit status, or null when the shell ended.</summary>
    public Task<int?> Ended => _ended.Task;

    /// <summary>Passes on what the shell prints while the command runs.</summary>
    public void Print(ReadOnlySpan<byte> text)
    {
        if (_started && !Ended.IsCompleted) output(text);
    }

    /// <summary>The mark before its output.</summary>
    public void Start(long marked)
    {
        if (marked != Id) return;
        _started = true;
        _begun.TrySetResult();
    }

    /// <summary>The mark before a prompt.</summary>
    /// <param name="marked">What ran before the prompt: the id of a command, or 0 for a line of the learner's
    /// own.</param>
    public void Prompt(long marked, int status)
    {
        if (marked == Id) End(status);
        // A prompt after its start, without its own mark, is one more prompt after the one that was thrown away.
        else if (marked == 0 && (_started || _withdrawn)) End(_started ? status : Interrupted);
    }

    /// <summary>Ctrl-C was typed.</summary>
    public void Interrupt() => _interrupted = true;

    /// <summary>The mark in a prompt: Ctrl-C may have kept bash from writing the one before it.</summary>
    public void Shown()
    {
        if (_interrupted && (_started || _withdrawn)) End(Interrupted);
    }

    /// <returns>Whether the shell has yet to be told not to run it.</returns>
    public bool Withdraw()
    {
        _withdrawn = !_started;
        _interrupted = true;
        _begun.TrySetResult();
        return _withdrawn;
    }

    public void End(int? status)
    {
        _ended.TrySetResult(status);
        _begun.TrySetResult();
    }
}
