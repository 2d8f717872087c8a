using System.Runtime.InteropServices;
using System.Threading.Channels;
using Portal.Shared;

namespace Portal.Labs.Shell.Pty;

/// <summary>
/// A child process on a pseudo terminal. Reading is one consumer's; all else is thread-safe and never waits for the
/// child.
/// </summary>
internal sealed class PtySession : IAsyncDisposable
{
    private const int BufferSize = 8192;

    private readonly int _master;
    private readonly Lock _gate = new();
    private readonly TerminalInput _input;
    private readonly Channel<byte[]> _output = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(256) { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _transfer;
    private readonly Action? _ended;

    /// <summary>Ends a poll before the terminal has something to say.</summary>
    private readonly (int Read, int Write) _bell = Kernel.Pipe();
    private Task? _disposal;
    private volatile bool _disposed;
    private bool _rung;
    private bool _closed;

    private PtySession(int master, int processId, Action? ended, Guarded guarded)
    {
        _ended = ended;
        _master = master;
        _input = new TerminalInput(master);
        ProcessId = processId;
        _transfer = BlockingThread.Start($"pty {processId}", guarded, Transfer, () => _output.Writer.TryComplete());
    }

    public int ProcessId { get; }

    /// <summary>What the child writes. Completes when the child is gone and nothing is left to read.</summary>
    public ChannelReader<byte[]> Output => _output.Reader;

    /// <summary>Exit status, or 128 + signal.</summary>
    public Task<int> Exited => _exited.Task;

    /// <summary>Starts a child; returns when it runs, and when what is to be done then has been done.</summary>
    /// <exception cref="IOException">It could not be started.</exception>
    public static Task<PtySession> StartAsync(PtyStartInfo info, Guarded guarded)
    {
        var started = new TaskCompletionSource<PtySession>(TaskCreationOptions.RunContinuationsAsynchronously);
        PtySession? session = null;
        // One thread starts the child and waits for it: a child that is to end with its parent ends with the thread.
        BlockingThread.Start("pty child", guarded, () =>
        {
            session = StartHere(info, guarded, started);
            session?.Wait();
        }, () =>
        {
            started.TrySetException(new IOException("The shell could not be started."));
            session?._exited.TrySetResult(-1);
            session?.Ring();
        });
        return started.Task;
    }

    private static PtySession? StartHere(PtyStartInfo info, Guarded guarded, TaskCompletionSource<PtySession> started)
    {
        var master = -1;
        var process = 0;
        try
        {
            try
            {
                master = PtySpawn.OpenMaster(info.Columns, info.Rows);
                process = PtySpawn.Start(master, info.Prepare?.Invoke(info) ?? info);
            }
            finally
            {
                foreach (var file in info.Files) _ = LibC.Close(file);
            }
            info.Started?.Invoke(process);
            var session = new PtySession(master, process, info.Ended, guarded);
            started.SetResult(session);
            return session;
        }
        catch (Exception e)
        {
            if (process == 0) info.Abandoned?.Invoke();
            var said = process == 0 ? "" : LastWords(master, process);
            if (master >= 0) _ = LibC.Close(master);
            started.SetException(said.Length == 0 || e is not IOException ? e : new IOException(said, e));
            return null;
        }
    }

    /// <summary>Ends a child that did not get as far as it should, and tells what it said.</summary>
    private static unsafe string LastWords(int master, int process)
    {
        int status;
        _ = LibC.Kill(process, LibC.SigKill);
        while (LibC.WaitFor(process, &status, 0) < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted) { }
        var buffer = stackalloc byte[BufferSize];
        var count = (int)LibC.Read(master, buffer, BufferSize);
        return count > 0 ? System.Text.Encoding.UTF8.GetString(buffer, count).Trim() : "";
    }

    /// <summary>Types into the terminal. A Ctrl-C gets through whatever waits before it.</summary>
    /// <param name="always">Takes it although too much waits already.</param>
    /// <returns>False when the child does not read and too much waits already: nothing of it was taken.</returns>
    public bool Write(ReadOnlySpan<byte> data, bool always = false)
    {
        lock (_gate)
        {
            if (_disposed) return true;
            var taken = _input.Add(data, always);
            if (!_input.IsEmpty) Ring();
            return taken;
        }
    }

    public void Resize(int columns, int rows)
    {
        lock (_gate)
        {
            if (!_disposed && !Exited.IsCompleted) PtySpawn.Resize(_master, Math.Clamp(columns, 2, 1000), Math.Clamp(rows, 2, 1000));
        }
    }

    /// <summary>Process group that has the terminal now, or 0 when that cannot be said.</summary>
    public int ForegroundGroup()
    {
        lock (_gate) return _disposed ? 0 : _input.ForegroundGroup();
    }

    public void Kill() => _ = LibC.Kill(ProcessId, LibC.SigKill);

    /// <summary>May be called more than once; the descriptor is closed once, or a stranger's would be.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate) return new(_disposal ??= DisposeOnceAsync());
    }

    private async Task DisposeOnceAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the lock
        if (!Exited.IsCompleted)
        {
            _ = LibC.Kill(-ProcessId, LibC.SigHup);
            _ = LibC.Kill(ProcessId, LibC.SigHup);
            if (await Task.WhenAny(Exited, Task.Delay(300)).ConfigureAwait(false) != Exited) ProcessTree.KillSession(ProcessId);
            _output.Writer.TryComplete();
            await Exited.ConfigureAwait(false);
        }
        lock (_gate) _disposed = true;
        Ring();
        _transfer.Join();
        lock (_gate)
        {
            _closed = true;
            _ = LibC.Close(_bell.Read);
            _ = LibC.Close(_bell.Write);
        }
        _ = LibC.Close(_master);
        _output.Writer.TryComplete();
    }

    /// <summary>Has the transferring thread look at what there is to do.</summary>
    private unsafe void Ring()
    {
        byte ring = 1;
        lock (_gate)
        {
            if (_closed || _rung) return;
            _rung = true;
            _ = LibC.Write(_bell.Write, &ring, 1);
        }
    }

    private unsafe void Answer(byte* buffer)
    {
        lock (_gate)
        {
            _ = LibC.Read(_bell.Read, buffer, BufferSize);
            _rung = false;
        }
    }

    /// <summary>Reads what the child writes and writes what was typed and not taken at once.</summary>
    private unsafe void Transfer()
    {
        var buffer = stackalloc byte[BufferSize];
        var descriptors = stackalloc LibC.PollDescriptor[2];
        while (!_disposed)
        {
            short wanted;
            lock (_gate) wanted = _input.IsEmpty ? LibC.PollIn : (short)(LibC.PollIn | LibC.PollOut);
            descriptors[0] = new() { Fd = _master, Events = wanted };
            descriptors[1] = new() { Fd = _bell.Read, Events = LibC.PollIn };
            // A grandchild may keep the terminal open after the child is gone: then silence is the end.
            var ready = LibC.Poll(descriptors, 2, Exited.IsCompleted ? 100 : -1);
            if (ready == 0) break;
            if (ready < 0) continue;
            if (descriptors[1].Returned != 0) Answer(buffer);
            var descriptor = descriptors[0];
            if (descriptor.Returned == 0) continue;
            if ((descriptor.Returned & LibC.PollOut) != 0) lock (_gate) _input.Flush();
            if ((descriptor.Returned & ~LibC.PollOut) == 0) continue;
            var count = LibC.Read(_master, buffer, BufferSize);
            if (count < 0 && Marshal.GetLastPInvokeError() is LibC.Interrupted or LibC.TryAgain) continue;
            if (count <= 0) break; // EIO: no process has the slave open any more
            if (!Deliver(new ReadOnlySpan<byte>(buffer, (int)count).ToArray())) break;
        }
    }

    /// <summary>Blocks this thread while the consumer is behind; the kernel then blocks the child.</summary>
    private bool Deliver(byte[] data)
    {
        if (_output.Writer.TryWrite(data)) return true;
        try
        {
            _output.Writer.WriteAsync(data).AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <summary>Reaps on a thread of its own: the end of output may come much later, when a grandchild holds the terminal.</summary>
    private unsafe void Wait()
    {
        int status, result;
        do result = LibC.WaitFor(ProcessId, &status, 0);
        while (result < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        var signal = status & 0x7f;
        _ended?.Invoke();
        _exited.TrySetResult(result < 0 ? -1 : signal == 0 ? (status >> 8) & 0xff : 128 + signal);
        Ring();
    }
}
