using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Portal.Labs.Shell.Pty;

/// <summary>A child process on a pseudo terminal. Reading is one consumer's; writing is thread-safe.</summary>
public sealed class PtySession : IAsyncDisposable
{
    private const int BufferSize = 8192;

    private readonly int _master;
    private readonly Lock _writing = new();
    private readonly Channel<byte[]> _output = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(256) { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Thread _reader;
    private Task? _disposal;
    private volatile bool _disposed;

    private PtySession(int master, int processId)
    {
        _master = master;
        ProcessId = processId;
        _reader = new Thread(Read, 128 * 1024) { IsBackground = true, Name = $"pty read {processId}" };
        _reader.Start();
        new Thread(Wait, 128 * 1024) { IsBackground = true, Name = $"pty wait {processId}" }.Start();
    }

    public int ProcessId { get; }

    /// <summary>What the child writes. Completes when the child is gone and nothing is left to read.</summary>
    public ChannelReader<byte[]> Output => _output.Reader;

    /// <summary>Exit status, or 128 + signal.</summary>
    public Task<int> Exited => _exited.Task;

    public static PtySession Start(PtyStartInfo info)
    {
        var master = PtySpawn.OpenMaster(info.Columns, info.Rows);
        try
        {
            return new PtySession(master, PtySpawn.Start(master, info));
        }
        catch
        {
            _ = LibC.Close(master);
            throw;
        }
    }

    public unsafe void Write(ReadOnlySpan<byte> data)
    {
        lock (_writing)
        {
            if (_disposed) return;
            fixed (byte* start = data)
            {
                nint done = 0;
                while (done < data.Length)
                {
                    var written = LibC.Write(_master, start + done, data.Length - done);
                    if (written >= 0) done += written;
                    else if (Marshal.GetLastPInvokeError() != LibC.Interrupted) return; // the child is gone; Exited tells
                }
            }
        }
    }

    public void Resize(int columns, int rows)
    {
        lock (_writing)
        {
            if (!_disposed && !Exited.IsCompleted) PtySpawn.Resize(_master, Math.Clamp(columns, 2, 1000), Math.Clamp(rows, 2, 1000));
        }
    }

    /// <summary>Process group that has the terminal now, or 0 when that cannot be said.</summary>
    public unsafe int ForegroundGroup()
    {
        lock (_writing)
        {
            int group;
            return !_disposed && LibC.Ioctl(_master, LibC.GetForegroundGroup, &group) == 0 ? group : 0;
        }
    }

    public void Kill() => _ = LibC.Kill(ProcessId, LibC.SigKill);

    /// <summary>May be called more than once; the descriptor is closed once, or a stranger's would be.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_writing) return new(_disposal ??= Task.Run(DisposeOnceAsync));
    }

    private async Task DisposeOnceAsync()
    {
        if (!Exited.IsCompleted)
        {
            _ = LibC.Kill(-ProcessId, LibC.SigHup);
            _ = LibC.Kill(ProcessId, LibC.SigHup);
            if (await Task.WhenAny(Exited, Task.Delay(300)).ConfigureAwait(false) != Exited) ProcessTree.KillSession(ProcessId);
            _output.Writer.TryComplete();
            await Exited.ConfigureAwait(false);
        }
        lock (_writing) _disposed = true;
        _reader.Join();
        _ = LibC.Close(_master);
        _output.Writer.TryComplete();
    }

    private unsafe void Read()
    {
        var buffer = stackalloc byte[BufferSize];
        var descriptor = new LibC.PollDescriptor { Fd = _master, Events = LibC.PollIn };
        while (!_disposed)
        {
            // close() does not wake a blocked read, and a grandchild may keep the terminal open after the child is gone.
            var ready = LibC.Poll(&descriptor, 1, 100);
            if (ready == 0 && Exited.IsCompleted) break;
            if (ready <= 0) continue;
            var count = LibC.Read(_master, buffer, BufferSize);
            if (count < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted) continue;
            if (count <= 0) break; // EIO: no process has the slave open any more
            if (!Deliver(new ReadOnlySpan<byte>(buffer, (int)count).ToArray())) break;
        }
        _output.Writer.TryComplete();
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
        _exited.TrySetResult(result < 0 ? -1 : signal == 0 ? (status >> 8) & 0xff : 128 + signal);
    }
}
