using System.Globalization;

namespace Portal.Labs.Shell;

/// <summary>
/// Tells what was typed before a prompt: the newest line of the shell's history, when there is a new one. A line that
/// starts with a space is in no history and stays the learner's own. Not thread-safe: one task reads the shell.
/// </summary>
internal sealed class TypedCommands
{
    private int _last;

    public TypedCommand? Read(PromptReport prompt)
    {
        var (number, text) = Parse(prompt.History);
        var isNew = number != _last;
        _last = number;
        return isNew && prompt.OwnLine && text.Length > 0
            ? new TypedCommand(text, prompt.Status, prompt.Output)
            : null;
    }

    /// <summary>A number of 0 when there is none.</summary>
    private static (int Number, string Text) Parse(string history)
    {
        var line = history.Trim();
        var end = line.IndexOf(' ', StringComparison.Ordinal);
        return end > 0 && int.TryParse(line[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? (number, line[end..].Trim())
            : (0, "");
    }
}
