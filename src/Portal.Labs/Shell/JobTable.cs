using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Labs.Sessions;

namespace Portal.Labs.Shell;

/// <summary>Reads what bash's <c>jobs -l</c> prints.</summary>
internal static partial class JobTable
{
    public static ImmutableArray<BackgroundJob> Parse(string text) =>
    [
        .. text.Split('\n')
            .Select(line => Line().Match(line))
            .Where(m => m.Success)
            .Select(m => new BackgroundJob(Number(m, 1), Number(m, 2), m.Groups[4].Value.TrimEnd('&', ' '), m.Groups[3].Value is "Running" or "Stopped")),
    ];

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\[(\d+)\][+-]?\s+(\d+)\s+(Running|Stopped|Done|Exit \d+|\S+(?: \S+)*?)\s{2,}(.+)$")]
    private static partial Regex Line();
}
