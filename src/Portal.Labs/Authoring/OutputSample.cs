using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Labs.Shell;

namespace Portal.Labs.Authoring;

/// <summary>
/// A sample of a block's output, as a lesson shows it. Its lines have to come in this order, with any lines between them;
/// … stands for any text, and spaces count as one.
/// </summary>
internal static partial class OutputSample
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    /// <summary>The first line of the sample that the output does not have, or null.</summary>
    public static string? FirstMissing(string sample, string output)
    {
        var lines = Lines(output);
        var next = 0;
        foreach (var wanted in Lines(sample).Where(l => l is not ("" or "…")))
        {
            var pattern = $"^{Regex.Escape(wanted).Replace("…", ".*", StringComparison.Ordinal)}$";
            while (next < lines.Length && !Regex.IsMatch(lines[next], pattern, RegexOptions.CultureInvariant, s_limit)) next++;
            if (next++ >= lines.Length) return wanted;
        }
        return null;
    }

    private static ImmutableArray<string> Lines(string text) => [.. text.Split('\n').Select(l => Spaces().Replace(Colours().Replace(l, ""), " ").Trim())];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\x1B\[[0-9;?]*[A-Za-z]")]
    private static partial Regex Colours();
}
