using System.Text;

namespace Portal.Labs.Shell;

/// <summary>
/// Terminal output as text that can be shown below a block: UTF-8 decoded, lines ended by <c>\n</c>, a line that is
/// rewritten after a carriage return shown once, colour sequences kept and every other control sequence dropped.
/// Bounded: the oldest text goes first. Not thread-safe.
/// </summary>
internal sealed class OutputText(int limit)
{
    private enum State { Text, Escape, Csi, Osc, OscEscape, Charset }

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _sequence = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private State _state;
    private int _lineStart;
    private bool _returned;

    /// <summary>Characters dropped from the front.</summary>
    public long Dropped { get; private set; }

    public int Length => _text.Length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Span<char> chars = stackalloc char[1024];
        while (!bytes.IsEmpty)
        {
            _decoder.Convert(bytes, chars, flush: false, out var used, out var count, out _);
            foreach (var c in chars[..count]) Append(c);
            bytes = bytes[used..];
        }
        if (_text.Length > limit) Drop(_text.Length - limit);
    }

    public void Drop(int count)
    {
        count = Math.Min(count, _text.Length);
        _text.Remove(0, count);
        _lineStart = Math.Max(0, _lineStart - count);
        Dropped += count;
    }

    public override string ToString() => _text.ToString();

    private void Append(char c)
    {
        switch (_state)
        {
            case State.Text: AppendText(c); break;
            case State.Escape: _state = c switch { '[' => State.Csi, ']' => State.Osc, '(' or ')' => State.Charset, _ => State.Text }; break;
            case State.Charset: _state = State.Text; break;
            case State.Osc: _state = c switch { '\a' => State.Text, '\e' => State.OscEscape, _ => State.Osc }; break;
            case State.OscEscape: _state = State.Text; break;
            case State.Csi when c is >= '@' and <= '~':
                if (c == 'm') _text.Append("\e[").Append(_sequence).Append('m');
                _sequence.Clear();
                _state = State.Text;
                break;
            case State.Csi:
                if (_sequence.Length < 64) _sequence.Append(c);
                break;
        }
    }

    private void AppendText(char c)
    {
        switch (c)
        {
            case '\e': _state = State.Escape; break;
            case '\r': _returned = true; break;
            case '\n':
                _text.Append('\n');
                _lineStart = _text.Length;
                _returned = false;
                break;
            case '\b':
                if (_text.Length > _lineStart) _text.Length--;
                break;
            case '\t' or >= ' ':
                if (_returned) _text.Length = _lineStart;
                _returned = false;
                _text.Append(c);
                break;
        }
    }
}
