using System.Globalization;
using System.Text;

namespace Portal.Labs.Shell;

/// <summary>Cuts the private markers out of a terminal stream. A marker that is split over two chunks is put together.</summary>
/// <param name="tag">Random per shell, so that text which only looks like a marker is text.</param>
internal sealed class MarkerParser(string tag)
{
    private const byte Bell = 7;
    private const int MaxLength = 4096;

    private readonly byte[] _start = Encoding.ASCII.GetBytes($"\e]5170;{tag};");
    private byte[] _held = [];

    public delegate void TextHandler(ReadOnlySpan<byte> text);

    /// <summary>Calls the handlers in stream order. A marker's fields are what its semicolons separate.</summary>
    public void Feed(ReadOnlySpan<byte> chunk, TextHandler text, Action<string[]> marker)
    {
        var data = _held.Length == 0 ? chunk : (ReadOnlySpan<byte>)[.. _held, .. chunk];
        _held = [];
        while (!data.IsEmpty)
        {
            var at = data.IndexOf(_start);
            if (at < 0)
            {
                var keep = PartialStart(data);
                if (keep < data.Length) text(data[..(data.Length - keep)]);
                _held = data[^keep..].ToArray();
                return;
            }
            if (at > 0) text(data[..at]);
            var body = data[(at + _start.Length)..];
            var end = body.IndexOf(Bell);
            if (end < 0)
            {
                if (body.Length < MaxLength) _held = data[at..].ToArray();
                return;
            }
            marker(Encoding.UTF8.GetString(body[..end]).Split(';'));
            data = body[(end + 1)..];
        }
    }

    /// <summary>A field that is a number, or null: a learner can make bash print anything.</summary>
    public static int? Number(string field) =>
        int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>How many bytes at the end may be the beginning of a marker.</summary>
    private int PartialStart(ReadOnlySpan<byte> data)
    {
        for (var length = Math.Min(data.Length, _start.Length - 1); length > 0; length--)
        {
            if (data.EndsWith(_start.AsSpan(0, length))) return length;
        }
        return 0;
    }
}
