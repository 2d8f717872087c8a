using System.Collections.Immutable;

namespace Portal.Labs.Editing;

/// <summary>A step of the way to a place in a document: a field, or an item of a list.</summary>
/// <param name="Name">Null for an item.</param>
public readonly record struct YamlStep(string? Name);

/// <summary>
/// Where a position in YAML is, told by its lines alone, so that a document which is half written has places too. What
/// stands in braces or in a block of text has none.
/// </summary>
/// <param name="Path">To the object or list that the place is in; for a value, to its field.</param>
/// <param name="IsValue">Whether a value stands there, else the name of a field.</param>
/// <param name="Word">What is written there already.</param>
/// <param name="Start">Column of its beginning, from 0.</param>
/// <param name="End">Of what is to be replaced; of the whole name when it is a field already.</param>
/// <param name="Siblings">The other fields of the same object.</param>
/// <param name="Root">Values of the document's own fields, such as <c>kind</c>.</param>
/// <param name="Indent">How much further right than the line's beginning the field stands, behind dashes.</param>
public sealed record YamlPlace(
    ImmutableArray<YamlStep> Path,
    bool IsValue,
    string Word,
    int Start,
    int End,
    ImmutableHashSet<string> Siblings,
    ImmutableDictionary<string, string> Root,
    int Indent
)
{
    /// <summary>Whether a name has its colon already.</summary>
    public bool IsNamed { get; init; }

    /// <param name="line">From 0.</param>
    /// <param name="column">From 0, between characters.</param>
    /// <param name="whole">Whether the word goes on behind the position, as for a hover.</param>
    /// <returns>Null where no field and no value of one can be.</returns>
    public static YamlPlace? At(string text, int line, int column, bool whole = false)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        if (line < 0 || line >= lines.Length) return null;
        column = Math.Clamp(column, 0, lines[line].Length);
        var (first, end) = DocumentOf(lines, line);
        var reader = new YamlLines();
        var fields = new List<(string Parent, string Name, int Line)>();
        var root = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        (ImmutableArray<YamlStep> Path, string Parent, YamlLine Read, bool IsValue)? found = null;
        for (var i = first; i < end; i++)
        {
            if (YamlLine.Read(lines[i], i == line ? column : null) is not { } read)
            {
                if (i == line) return null;
                continue;
            }
            if (reader.IsText(read))
            {
                if (i == line) return null;
                continue;
            }
            // A word that stands at the dash is none of the list's.
            if (i == line && read.Dashes.Contains(column - 1)) return null;
            var parent = reader.Enter(read, i);
            if (i == line)
            {
                var isValue = read.Key is not null && column > read.Colon;
                if (isValue && read.Value is ['{' or '[' or '|' or '>' or '&' or '*', ..]) return null;
                found = (
                    isValue ? reader.Path.Add(new(read.Key)) : reader.Path,
                    parent,
                    read,
                    isValue
                );
            }
            if (read.BeginsText) reader.OpenText(read);
            if (read.Key is null) continue;
            fields.Add((parent, read.Key, i));
            reader.Open(read, i);
            if (read.Column == 0 && read.Value.Length > 0) root[read.Key] = read.Value;
        }
        if (found is not { } place) return null;
        var (word, start) = place.Read.WordAt(column, place.IsValue, whole);
        return new(
            place.Path,
            place.IsValue,
            word,
            start,
            place is { IsValue: false, Read.Key: not null } ? place.Read.Colon : Math.Max(start, column),
            [.. fields.Where(f => f.Parent == place.Parent && f.Line != line).Select(f => f.Name)],
            root.ToImmutable(),
            place.Read.Column - place.Read.Margin
        )
        {
            IsNamed = place.Read.Key is not null,
        };
    }

    /// <summary>Lines between separators.</summary>
    private static (int First, int End) DocumentOf(string[] lines, int line)
    {
        static bool Separates(string l) => l.StartsWith("---", StringComparison.Ordinal);
        var first = line;
        while (first > 0 && !Separates(lines[first])) first--;
        if (Separates(lines[first]) && first < line) first++;
        var end = line + 1;
        while (end < lines.Length && !Separates(lines[end])) end++;
        return (first, end);
    }
}
