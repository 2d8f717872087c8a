using System.Text;
using System.Threading.Channels;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// The terminal of a session: what is typed is read at once, so that Ctrl-C reaches what runs; the rest waits for
/// whoever reads, the shell's line editor key by key or a command line by line, and when too much waits, typing does
/// too. Output gets the CR that a terminal wants.
/// </summary>
internal sealed class Terminal : IDisposable
{
    private const int TypeAhead = 4096;

    private readonly Channel<byte> _keys = Channel.CreateBounded<byte>(TypeAhead);
    private readonly ShellIo _io;
    private readonly ProcessSession _session;
    private readonly CancellationTokenSource _stop;
    private readonly Queue<byte> _line = new();

    public Terminal(ShellIo io, ProcessSession session)
    {
        (_io, _session) = (io, session);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(session.Token);
        _ = session.Container.Pod.Cluster.Guarded.Start("terminal of " + session.Container.Name, PumpAsync);
    }

    /// <summary>Whether the shell reads keys itself; Ctrl-C is then one of them.</summary>
    public bool IsEditing { get; set; }

    /// <summary>Asked to interrupt what is in the foreground.</summary>
    public Action? Interrupt { get; set; }

    public void Attach(FileDescriptors files)
    {
        var file = new TerminalFile(this);
        files.Set(0, file);
        files.Set(1, file.Share());
        files.Set(2, file.Share());
    }

    /// <summary>The next key; -1 when the client is gone.</summary>
    public async ValueTask<int> ReadKeyAsync(CancellationToken cancellationToken)
    {
        while (await _keys.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            if (_keys.Reader.TryRead(out var key)) return key;
        return -1;
    }

    public Task WriteAsync(string text) =>
        _io.WriteAsync(Encoding.Latin1.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal)));

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task PumpAsync()
    {
        const byte CtrlC = 3;
        var token = _stop.Token;
        try
        {
            await foreach (var chunk in _io.Input.ReadAllAsync(token).ConfigureAwait(false))
            {
                foreach (var key in chunk)
                {
                    if (key != CtrlC || IsEditing) await _keys.Writer.WriteAsync(key, token).ConfigureAwait(false);
                    else
                    {
                        while (_keys.Reader.TryRead(out _)) { }
                        await _io.OutAsync("^C").ConfigureAwait(false);
                        InterruptForeground();
                    }
                }
            }
        }
        finally
        {
            _keys.Writer.TryComplete();
        }
    }

    private void InterruptForeground()
    {
        if (Interrupt is { } interrupt) interrupt();
        _session.Run.Processes.SignalForeground(_session, Signals.Interrupt);
    }

    /// <summary>Reads a line for a command, with echo and erasing.</summary>
    private async ValueTask<int> ReadLineAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        const int CtrlD = 4, Delete = 127, Backspace = 8;
        if (_line.Count == 0)
        {
            var line = new List<byte>();
            while (true)
            {
                var key = await ReadKeyAsync(cancellationToken).ConfigureAwait(false);
                if (key == -1 || (key == CtrlD && line.Count == 0)) break;
                if (key == CtrlD) break;
                if (key is Delete or Backspace)
                {
                    if (line.Count == 0) continue;
                    line.RemoveAt(line.Count - 1);
                    await _io.OutAsync("\b \b").ConfigureAwait(false);
                    continue;
                }
                var c = (byte)(key == '\r' ? '\n' : key);
                line.Add(c);
                await WriteAsync(((char)c).ToString()).ConfigureAwait(false);
                if (c == '\n' || line.Count >= TypeAhead) break;
            }
            foreach (var b in line) _line.Enqueue(b);
        }
        var count = Math.Min(buffer.Length, _line.Count);
        for (var i = 0; i < count; i++) buffer.Span[i] = _line.Dequeue();
        return count;
    }

    private sealed class TerminalFile(Terminal terminal) : OpenFile
    {
        public override bool IsTerminal => true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
            terminal.ReadLineAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            await terminal.WriteAsync(ByteText.From(data.Span)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
