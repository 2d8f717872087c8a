using System.Collections.Immutable;

namespace Portal.Labs.Editing;

/// <summary>One line of YAML: dashes, then a field with its value, or something that is none yet.</summary>
/// <param name="Margin">Column of the first character.</param>
/// <param name="Dashes">Columns of the dashes.</param>
/// <param name="Column">Where the field stands or would stand.</param>
/// <param name="Key">Null when there is no colon.</param>
/// <param name="Colon">Its column.</param>
/// <param name="Value">Behind it, without a comment.</param>
/// <param name="Word">What stands there when it is no field.</param>
internal sealed record YamlLine(
    string Text,
    int Margin,
    ImmutableArray<int> Dashes,
    int Column,
    string? Key,
    int Colon,
    string Value,
    string Word
)
{
    /// <summary>Whether a block of text begins below.</summary>
    public bool BeginsText => Value is ['|' or '>', ..] || Word is ['|' or '>', ..];

    /// <param name="cursor">The column that is asked for, on its line: an empty line has a place there.</param>
    /// <returns>Null for a line without content.</returns>
    public static YamlLine? Read(string text, int? cursor)
    {
        var dashes = ImmutableArray.CreateBuilder<int>();
        var at = Blank(text, 0);
        var margin = at;
        while (at < text.Length && text[at] == '-' && (at + 1 == text.Length || text[at + 1] == ' '))
        {
            dashes.Add(at);
            at = Blank(text, at + 1);
        }
        if (at >= text.Length || text[at] == '#')
        {
            if (dashes.Count == 0 && (cursor is null || (at < text.Length && cursor > at))) return null;
            // Behind a dash a field begins two columns further, wherever the cursor is.
            var column = dashes.Count > 0 ? Math.Max(dashes[^1] + 2, Math.Min(at, cursor ?? at)) : cursor!.Value;
            return new(text, Math.Min(margin, column), dashes.ToImmutable(), column, null, -1, "", "");
        }
        if (ColonOf(text, at) is not { } colon)
            return new(text, margin, dashes.ToImmutable(), at, null, -1, "", text[at..].TrimEnd());
        return new(
            text,
            margin,
            dashes.ToImmutable(),
            at,
            text[at..colon].TrimEnd().Trim('"', '\''),
            colon,
            WithoutComment(text[(colon + 1)..]).Trim().Trim('"', '\''),
            ""
        );
    }

    /// <summary>The word before the position, or around it.</summary>
    public (string Word, int Start) WordAt(int column, bool isValue, bool whole)
    {
        var start = isValue ? Blank(Text, Colon + 1) : Math.Min(Column, Text.Length);
        if (column < start) return ("", column);
        var end = !whole ? column
            : Key is null ? Text.Length
            : isValue ? Text.Length
            : Colon;
        return (Text[start..Math.Max(start, end)].Trim(), start);
    }

    private static int Blank(string text, int at)
    {
        while (at < text.Length && text[at] == ' ') at++;
        return at;
    }

    /// <summary>The colon that ends a field's name: the first with a space or nothing behind it.</summary>
    private static int? ColonOf(string text, int at)
    {
        if ("&*!|>%@`{}[],:#".Contains(text[at], StringComparison.Ordinal)) return null;
        if (text[at] is '"' or '\'')
        {
            var end = text.IndexOf(text[at], at + 1);
            if (end < 0) return null;
            at = end;
        }
        for (; at < text.Length; at++)
        {
            if (text[at] == ':' && (at + 1 == text.Length || text[at + 1] == ' ')) return at;
            if (text[at] == '#' && text[at - 1] == ' ') return null;
        }
        return null;
    }

    private static string WithoutComment(string value)
    {
        var at = value.StartsWith('#') ? 0 : value.IndexOf(" #", StringComparison.Ordinal);
        return at < 0 ? value : value[..at];
    }
}

/// <summary>The objects and lists that lines of YAML open and end by how far right they stand.</summary>
internal sealed class YamlLines
{
    private readonly List<(int Column, string? Name, int Line)> _open = [];

    /// <summary>Column beyond which everything belongs to a block of text; null outside of one.</summary>
    private int? _text;

    public ImmutableArray<YamlStep> Path => [.. _open.Select(o => new YamlStep(o.Name))];

    /// <summary>Whether a line belongs to a block of text; the first that stands less far right does not.</summary>
    public bool IsText(YamlLine line)
    {
        if (_text is { } column && line.Margin > column) return true;
        _text = null;
        return false;
    }

    /// <summary>Ends what the line does not belong to, and opens its items.</summary>
    /// <returns>Names the object that its field belongs to.</returns>
    public string Enter(YamlLine line, int number)
    {
        foreach (var dash in line.Dashes)
        {
            // A list may stand as far right as the field that holds it.
            while (_open.Count > 0 && (_open[^1].Column > dash || (_open[^1].Column == dash && _open[^1].Name is null)))
                _open.RemoveAt(_open.Count - 1);
            _open.Add((dash, null, number));
        }
        while (_open.Count > 0 && _open[^1].Column >= line.Column) _open.RemoveAt(_open.Count - 1);
        return string.Join('/', _open.Select(o => o.Line));
    }

    public void Open(YamlLine line, int number) => _open.Add((line.Column, line.Key, number));

    /// <summary>A block of text follows, which stands further right than its field, or than its dash.</summary>
    public void OpenText(YamlLine line) => _text = line.Key is null ? line.Dashes.LastOrDefault(-1) : line.Column;
}
