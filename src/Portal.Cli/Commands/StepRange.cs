using System.Globalization;

namespace Portal.Cli.Commands;

/// <summary>Steps to run.</summary>
internal sealed record StepRange(int First, int Last)
{
    /// <summary>Null for no text, and for a text that is no range.</summary>
    public static StepRange? Parse(string? text)
    {
        if (text is null) return null;
        var parts = text.Split('-');
        if (parts.Length > 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || !int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)) return null;
        return first <= last ? new(first, last) : null;
    }

    public bool Contains(int step) => step >= First && step <= Last;
}
