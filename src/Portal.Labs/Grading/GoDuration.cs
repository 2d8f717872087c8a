using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Labs.Grading;

/// <summary>Durations as Istio writes them: <c>2s</c>, <c>500ms</c>, <c>1m30s</c>.</summary>
internal static partial class GoDuration
{
    public static TimeSpan? Parse(string? text)
    {
        if (text is null || !Whole().IsMatch(text)) return null;
        var total = TimeSpan.Zero;
        foreach (Match part in Part().Matches(text))
        {
            var number = double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture);
            total += part.Groups[2].Value switch
            {
                "h" => TimeSpan.FromHours(number),
                "m" => TimeSpan.FromMinutes(number),
                "s" => TimeSpan.FromSeconds(number),
                _ => TimeSpan.FromMilliseconds(number),
            };
        }
        return total;
    }

    /// <summary>Whether two texts mean the same time, such as 500ms and 0.5s.</summary>
    public static bool Same(string? a, string? b) => a == b || (Parse(a) is { } left && Parse(b) == left);

    [GeneratedRegex(@"^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s)")]
    private static partial Regex Part();
}
