using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// Reads a stream for a command, by bytes or lines, as it comes. What a long line takes is charged to the process.
/// </summary>
internal sealed class InputReader(CommandContext context, OpenFile file, Func<InputReader, bool> forget)
{
    private const int BufferSize = 16 * 1024;
    private const double ByteMicroseconds = 0.003;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;
    private long _held;

    /// <summary>Whether the last line that was read ended in a newline.</summary>
    public bool EndedInNewline { get; private set; } = true;

    public OpenFile File => file;

    /// <summary>The next piece of the stream; empty at the end. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync()
    {
        if (_start == _end) await FillAsync().ConfigureAwait(false);
        var chunk = _buffer.AsMemory(_start, _end - _start);
        _start = _end;
        return chunk;
    }

    /// <summary>The next byte; -1 at the end.</summary>
    public async ValueTask<int> ReadByteAsync()
    {
        if (_start == _end) await FillAsync().ConfigureAwait(false);
        return _start == _end ? -1 : _buffer[_start++];
    }

    /// <summary>The next line without its end; null when there is none.</summary>
    public async ValueTask<string?> ReadLineAsync(byte end = (byte)'\n')
    {
        Release();
        StringBuilder? line = null;
        while (true)
        {
            if (_start == _end)
            {
                await FillAsync().ConfigureAwait(false);
                if (_start == _end)
                {
                    EndedInNewline = false;
                    return line?.ToString();
                }
            }
            var span = _buffer.AsSpan(_start, _end - _start);
            var at = span.IndexOf(end);
            if (at >= 0)
            {
                _start += at + 1;
                EndedInNewline = true;
                var rest = Encoding.Latin1.GetString(span[..at]);
                return line is null ? rest : line.Append(rest).ToString();
            }
            line ??= new();
            line.Append(Encoding.Latin1.GetString(span));
            _start = _end;
            var held = (line.Length * 4L) - _held;
            context.Process.Hold(held);
            _held += held;
        }
    }

    /// <summary>Everything that is left, charged until the process ends.</summary>
    public async Task<byte[]> ReadAllAsync()
    {
        using var all = new MemoryStream();
        while (await ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
        {
            context.Process.Hold(chunk.Length * 2);
            all.Write(chunk.Span);
        }
        return all.ToArray();
    }

    public void Close()
    {
        Release();
        if (forget(this)) file.Close();
    }

    private void Release()
    {
        context.Process.Hold(-_held);
        _held = 0;
    }

    private async ValueTask FillAsync()
    {
        await context.FlushAsync().ConfigureAwait(false);
        _start = 0;
        _end = await file.ReadAsync(_buffer, context.Token).ConfigureAwait(false);
        await context.SpendAsync(1 + (_end * ByteMicroseconds)).ConfigureAwait(false);
    }
}
