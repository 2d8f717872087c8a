using System.Text;
using System.Text.Encodings.Web;

namespace Portal.Web.Components.Shared.Text;

/// <summary>One colour: a class of the theme's sixteen, or a declaration for any other.</summary>
internal sealed record AnsiColor(string? Class, string? Declaration);

/// <summary>How a character looks.</summary>
internal sealed record AnsiStyle(AnsiColor? Foreground, AnsiColor? Background, bool Bold, bool Faint, bool Italic, bool Underline, bool Inverse)
{
    public static AnsiStyle Plain { get; } = new(null, null, false, false, false, false, false);

    public string Classes => string.Join(' ', new[]
    {
        Foreground?.Class, Background?.Class, Bold ? "ansi-bold" : null, Faint ? "ansi-faint" : null,
        Italic ? "ansi-italic" : null, Underline ? "ansi-underline" : null, Inverse ? "ansi-inverse" : null,
    }.Where(c => c is not null));

    public string Declarations => string.Join(';', new[] { Foreground?.Declaration, Background?.Declaration }.Where(d => d is not null));
}

/// <summary>The line that a terminal's cursor is in: a carriage return goes back and what follows overwrites, as progress bars do.</summary>
internal sealed class AnsiLine
{
    private readonly List<(char Character, AnsiStyle Style)> _cells = [];
    private int _cursor;

    public void Put(char character, AnsiStyle style)
    {
        if (_cursor < _cells.Count) _cells[_cursor] = (character, style);
        else _cells.Add((character, style));
        _cursor++;
    }

    public void Return() => _cursor = 0;

    public void Back() => _cursor = Math.Max(0, _cursor - 1);

    /// <summary>Writes the line and starts an empty one.</summary>
    public void Flush(StringBuilder html)
    {
        for (var i = 0; i < _cells.Count;)
        {
            var style = _cells[i].Style;
            var text = new StringBuilder();
            for (; i < _cells.Count && _cells[i].Style == style; i++) text.Append(_cells[i].Character);
            var encoded = HtmlEncoder.Default.Encode(text.ToString());
            if (style == AnsiStyle.Plain)
            {
                html.Append(encoded);
                continue;
            }
            html.Append("<span");
            if (style.Classes is { Length: > 0 } classes) html.Append(" class=\"").Append(classes).Append('"');
            if (style.Declarations is { Length: > 0 } declarations) html.Append(" style=\"").Append(declarations).Append('"');
            html.Append('>').Append(encoded).Append("</span>");
        }
        _cells.Clear();
        _cursor = 0;
    }
}
