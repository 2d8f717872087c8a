using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>
/// Builds the fields of words: splits what was not quoted, and keeps apart which characters a pattern may take for
/// its own.
/// </summary>
internal sealed class FieldBuilder(string separators, bool splits)
{
    private const int FieldOverhead = 48;

    private readonly StringBuilder _text = new();
    private readonly StringBuilder _pattern = new();
    private bool _exists;
    private bool _globs;
    private long _finished;
    private long _charged;

    /// <summary>Finished fields: text, and the pattern when it has some character of one.</summary>
    public List<(string Text, string? Pattern)> Fields { get; } = [];

    /// <summary>A field is there even if nothing is in it.</summary>
    public void Exist() => _exists = true;

    public void AppendQuoted(string text)
    {
        _exists = true;
        _text.Append(text);
        foreach (var c in text)
        {
            if (c is '*' or '?' or '[' or ']' or '\\' or '-' or '!' or '^') _pattern.Append('\\');
            _pattern.Append(c);
        }
    }

    public void AppendLiteral(string text)
    {
        _exists |= text.Length > 0;
        _text.Append(text);
        _pattern.Append(text);
        _globs |= text.AsSpan().ContainsAny('*', '?', '[');
    }

    /// <summary>Appends the result of an expansion that was not quoted.</summary>
    public void AppendSplit(string text)
    {
        if (!splits)
        {
            AppendLiteral(text);
            return;
        }
        for (var i = 0; i < text.Length;)
        {
            if (!separators.Contains(text[i], StringComparison.Ordinal))
            {
                var end = i + 1;
                while (end < text.Length && !separators.Contains(text[end], StringComparison.Ordinal)) end++;
                AppendLiteral(text[i..end]);
                i = end;
                continue;
            }
            var visible = false;
            for (; i < text.Length && separators.Contains(text[i], StringComparison.Ordinal); i++)
            {
                if (text[i] is ' ' or '\t' or '\n') continue;
                if (visible) break;
                visible = true;
            }
            if (visible || _exists) End();
        }
    }

    /// <summary>Ends a field, an empty one too.</summary>
    public void End()
    {
        _finished += FieldOverhead + (4L * _text.Length);
        Fields.Add((_text.ToString(), _globs ? _pattern.ToString() : null));
        _text.Clear();
        _pattern.Clear();
        _exists = _globs = false;
    }

    public void EndWord()
    {
        if (_exists) End();
    }

    /// <summary>Charges a process for what was built so far.</summary>
    public void ChargeTo(Budgets.ContainerProcess process)
    {
        var size = _finished + (2L * (_text.Length + _pattern.Length));
        process.Hold(size - _charged);
        _charged = size;
    }

    /// <summary>Gives back what was charged: whoever keeps the result holds it from now on.</summary>
    public void Release(Budgets.ContainerProcess process)
    {
        process.Hold(-_charged);
        _charged = 0;
    }

    public string Text => _text.ToString();
    public string Pattern => _pattern.ToString();
}
