using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>Reads a line from a terminal: erasing, and earlier lines with the arrow keys.</summary>
internal sealed class LineEditor(Terminal terminal)
{
    /// <summary>The line was given up with Ctrl-C.</summary>
    public const string Interrupted = "\u0003";

    private const int MostLines = 100;

    /// <summary>A terminal's line discipline takes no longer one either (MAX_CANON).</summary>
    private const int LongestLine = 4095;

    private readonly List<string> _history = [];

    /// <summary>The line; null at the end of the input or on Ctrl-D.</summary>
    public async Task<string?> ReadAsync(string prompt, CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var at = _history.Count;
        await terminal.WriteAsync(prompt).ConfigureAwait(false);
        while (true)
        {
            switch (await terminal.ReadKeyAsync(cancellationToken).ConfigureAwait(false))
            {
                case -1: return null;
                case '\r' or '\n':
                    await terminal.WriteAsync("\n").ConfigureAwait(false);
                    Remember(line.ToString());
                    return line.ToString();
                case 3:
                    await terminal.WriteAsync("^C\n").ConfigureAwait(false);
                    return Interrupted;
                case 4 when line.Length == 0:
                    await terminal.WriteAsync("\n").ConfigureAwait(false);
                    return null;
                case 127 or 8:
                    if (line.Length == 0) break;
                    line.Length--;
                    await terminal.WriteAsync("\b \b").ConfigureAwait(false);
                    break;
                case 21:
                    await ReplaceAsync(line, "").ConfigureAwait(false);
                    break;
                case 27:
                    if (
                        await ArrowAsync(cancellationToken).ConfigureAwait(false) is not 0 and var step
                        && at + step >= 0
                        && at + step <= _history.Count
                    )
                    {
                        at += step;
                        await ReplaceAsync(line, at == _history.Count ? "" : _history[at]).ConfigureAwait(false);
                    }
                    break;
                case >= ' ' when line.Length == LongestLine:
                    await terminal.WriteAsync("\a").ConfigureAwait(false);
                    break;
                case >= ' ' and var key:
                    line.Append((char)key);
                    await terminal.WriteAsync(((char)key).ToString()).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task<int> ArrowAsync(CancellationToken cancellationToken)
    {
        if (await terminal.ReadKeyAsync(cancellationToken).ConfigureAwait(false) is not ('[' or 'O'))
            return 0;
        return await terminal.ReadKeyAsync(cancellationToken).ConfigureAwait(false) switch
        {
            'A' => -1,
            'B' => 1,
            _ => 0,
        };
    }

    private async Task ReplaceAsync(StringBuilder line, string text)
    {
        await terminal.WriteAsync(string.Concat(Enumerable.Repeat("\b \b", line.Length)) + text).ConfigureAwait(false);
        line.Clear().Append(text);
    }

    private void Remember(string line)
    {
        if (line.Length == 0 || (_history.Count > 0 && _history[^1] == line)) return;
        _history.Add(line);
        if (_history.Count > MostLines) _history.RemoveAt(0);
    }
}
