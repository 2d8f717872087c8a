using System.Collections.Immutable;

namespace Portal.Web.Components.Cluster;

/// <summary>
/// The end of a log, in pieces: only the last one changes, so only that is sent to the browser again. Bounded in lines
/// and characters. Immutable.
/// </summary>
internal sealed record LogLines(ImmutableArray<LogPiece> Pieces, bool Ended = false, string? Problem = null)
{
    public const int MaxLines = 2000;

    private const int PieceLines = 50, MaxCharacters = 512 * 1024;

    public static LogLines None { get; } = new([]);

    /// <summary>Whether the oldest lines were dropped.</summary>
    public bool Dropped { get; private init; }

    public LogLines Add(ImmutableArray<string> lines)
    {
        var pieces = Pieces.ToBuilder();
        foreach (var batch in Batches(lines, pieces.Count == 0 ? 0 : PieceLines - pieces[^1].Lines))
        {
            var text = string.Concat(batch.Select(l => l + "\n"));
            if (pieces.Count > 0 && pieces[^1] is { Lines: < PieceLines } last)
                pieces[^1] = last with { Text = last.Text + text, Lines = last.Lines + batch.Length };
            else
                pieces.Add(new(pieces.Count == 0 ? 0 : pieces[^1].Number + 1, text, batch.Length));
        }
        var (count, size, first) = (0, 0, pieces.Count);
        while (first > 0 && count < MaxLines && size < MaxCharacters)
        {
            first--;
            count += pieces[first].Lines;
            size += pieces[first].Text.Length;
        }
        pieces.RemoveRange(0, first);
        return this with { Pieces = pieces.ToImmutable(), Dropped = Dropped || first > 0 };
    }

    private static IEnumerable<ImmutableArray<string>> Batches(ImmutableArray<string> lines, int room)
    {
        for (var at = 0; at < lines.Length;)
        {
            var take = Math.Min(room > 0 ? room : PieceLines, lines.Length - at);
            yield return lines.Slice(at, take);
            (at, room) = (at + take, 0);
        }
    }
}

/// <param name="Number">The same for a piece as long as it is there.</param>
internal sealed record LogPiece(long Number, string Text, int Lines);
