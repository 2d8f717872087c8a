using System.Runtime.InteropServices;

namespace Portal.Labs.Shell.Pty;

/// <summary>
/// What is typed into a terminal, on its way to the kernel: written at once while the kernel takes it, and queued up
/// to a limit while the program in the foreground does not read. Never blocks. Not thread-safe: its owner locks.
/// </summary>
internal sealed unsafe class TerminalInput(int master)
{
    private const byte CtrlC = 3;
    private const int Limit = 256 * 1024;

    private readonly Queue<byte[]> _waiting = new();
    private int _queued;

    /// <summary>How much of the first in the queue is written already.</summary>
    private int _written;

    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>Takes input, all or none of it.</summary>
    /// <param name="always">Takes it although the queue is full: for the few bytes of the portal's own.</param>
    /// <returns>False when the queue is full.</returns>
    public bool Add(ReadOnlySpan<byte> data, bool always)
    {
        var interrupt = data.LastIndexOf(CtrlC);
        if (interrupt >= 0 && SignalsOnCtrlC())
        {
            Interrupt(data[interrupt..]);
            return true;
        }
        if (!always && _queued + data.Length > Limit) return false;
        Append(data);
        return true;
    }

    /// <summary>Writes what the kernel takes now.</summary>
    public void Flush()
    {
        while (_waiting.TryPeek(out var next))
        {
            var written = Write(next.AsSpan(_written));
            _written += written;
            _queued -= written;
            if (_written < next.Length) return;
            _waiting.Dequeue();
            _written = 0;
        }
    }

    /// <summary>
    /// As the terminal's own Ctrl-C does, what was typed before is forgotten - here, on its way, and unread by the
    /// program - so that the key is seen although nothing reads.
    /// </summary>
    private void Interrupt(ReadOnlySpan<byte> data)
    {
        var unread = !IsEmpty;
        _waiting.Clear();
        _queued = _written = 0;
        _ = LibC.Ioctl(master, LibC.Flush, LibC.FlushOutput);
        var slave = LibC.Ioctl(master, LibC.OpenSlave, LibC.ReadWrite | LibC.NoControllingTerminal | LibC.CloseOnExec);
        if (slave >= 0)
        {
            _ = LibC.Ioctl(slave, LibC.Flush, LibC.FlushInput);
            _ = LibC.Close(slave);
        }
        // What was on its way may have moved into the room just made.
        _ = LibC.Ioctl(master, LibC.Flush, LibC.FlushOutput);
        Append(data);
        // Behind what filled that room the terminal does not see the key: its signal is sent in its place.
        if ((unread || !IsEmpty) && ForegroundGroup() is var group and > 0) _ = LibC.Kill(-group, LibC.SigInt);
    }

    /// <summary>Process group that has the terminal now, or 0 when that cannot be said.</summary>
    public int ForegroundGroup()
    {
        int group;
        return LibC.Ioctl(master, LibC.GetForegroundGroup, &group) == 0 ? group : 0;
    }

    private bool SignalsOnCtrlC()
    {
        LibC.TerminalSettings settings;
        return LibC.Ioctl(master, LibC.GetSettings, &settings) == 0 && (settings.Local & LibC.SignalKeys) != 0;
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        if (IsEmpty) data = data[Write(data)..];
        if (data.IsEmpty) return;
        _waiting.Enqueue(data.ToArray());
        _queued += data.Length;
    }

    /// <returns>How much the kernel took; everything when the child is gone, which its exit tells.</returns>
    private int Write(ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            var done = 0;
            while (done < data.Length)
            {
                var written = (int)LibC.Write(master, start + done, data.Length - done);
                if (written > 0)
                {
                    done += written;
                    continue;
                }
                var error = Marshal.GetLastPInvokeError();
                if (written < 0 && error == LibC.Interrupted) continue;
                return written == 0 || error == LibC.TryAgain ? done : data.Length;
            }
            return done;
        }
    }
}
