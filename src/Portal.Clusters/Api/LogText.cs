using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Portal.Clusters.Api;

/// <summary>
/// Cuts bytes of a log into lines. A line that is longer than <paramref name="longest"/> characters is cut short, so a
/// program that never ends its line costs no memory. Not thread-safe.
/// </summary>
internal sealed class LogText(int longest)
{
    private readonly Decoder _decoder = new UTF8Encoding(false).GetDecoder();
    private readonly StringBuilder _line = new();
    private bool _cut;

    /// <summary>The lines that end in these bytes.</summary>
    public ImmutableArray<string> Add(ReadOnlySpan<byte> bytes)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        var characters = ArrayPool<char>.Shared.Rent(bytes.Length + 4);
        try
        {
            var left = characters.AsSpan(0, _decoder.GetChars(bytes, characters, flush: false));
            while (left.IndexOf('\n') is var end and >= 0)
            {
                Append(left[..end]);
                lines.Add(Take());
                left = left[(end + 1)..];
            }
            Append(left);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
        return lines.ToImmutable();
    }

    /// <summary>The last line, when it did not end; else nothing.</summary>
    public ImmutableArray<string> End() => _line.Length == 0 ? [] : [Take()];

    private void Append(ReadOnlySpan<char> text)
    {
        var room = longest - _line.Length;
        _cut |= text.Length > room;
        _line.Append(text[..Math.Min(text.Length, room)]);
    }

    private string Take()
    {
        if (_cut) _line.Append('…');
        var line = _line.ToString().TrimEnd('\r');
        _line.Clear();
        _cut = false;
        return line;
    }
}
