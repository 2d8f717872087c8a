namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// What a file descriptor refers to; descriptors of several processes may share it. It closes with the last of them.
/// </summary>
internal abstract class OpenFile
{
    private int _references = 1;

    public virtual bool IsTerminal => false;

    public OpenFile Share()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Close()
    {
        if (Interlocked.Decrement(ref _references) == 0) OnClose();
    }

    /// <summary>Reads some bytes; zero at the end.</summary>
    public virtual ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        throw new FileException("Bad file descriptor");

    public virtual ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        throw new FileException("Bad file descriptor");

    protected virtual void OnClose()
    {
    }
}

/// <summary>A file operation failed; the message is the system's.</summary>
internal sealed class FileException(string message) : Exception(message);

/// <summary>The reading end of a pipe is gone: SIGPIPE.</summary>
internal sealed class BrokenPipeException : Exception;
