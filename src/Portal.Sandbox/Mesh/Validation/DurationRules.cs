using System.Buffers;
using System.Numerics;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Durations as Go reads them: <c>1.5s</c>, <c>2m30s</c>, <c>-1h</c>.</summary>
internal static class DurationRules
{
    private static readonly Dictionary<string, long> s_units = new(StringComparer.Ordinal)
    {
        ["ns"] = 1, ["us"] = 1_000, ["µs"] = 1_000, ["μs"] = 1_000, ["ms"] = 1_000_000, ["s"] = 1_000_000_000, ["m"] = 60_000_000_000, ["h"] = 3_600_000_000_000,
    };

    private static readonly SearchValues<char> s_numeric = SearchValues.Create(".0123456789");

    /// <summary>A duration of at least a millisecond and of whole ones, when it is there.</summary>
    public static void Check(JsonNode? node, string field, Findings f)
    {
        if (Read(node, field, f) is { } nanoseconds) f.Error(Problem(nanoseconds));
    }

    public static string? Problem(long nanoseconds) =>
        nanoseconds < 1_000_000 ? "duration must be greater than 1ms" : nanoseconds % 1_000_000 != 0 ? "only durations to ms precision are supported" : null;

    /// <summary>In nanoseconds; null when it is absent or does not fit the message, of which the findings then know.</summary>
    public static long? Read(JsonNode? node, string field, Findings f)
    {
        if (node.Str(field) is not { } text) return null;
        var (value, problem) = Parse(text);
        if (problem is null) return value;
        f.Undecodable("bad Duration: " + problem);
        return null;
    }

    private static (long Nanoseconds, string? Problem) Parse(string text)
    {
        (long, string?) Invalid() => (0, $"time: invalid duration {GoText.Quote(text)}");
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (rest.Length > 0 && rest[0] is '-' or '+') rest = rest[1..];
        if (rest is "0") return (0, null);
        if (rest.IsEmpty) return Invalid();
        var total = BigInteger.Zero;
        while (!rest.IsEmpty)
        {
            var whole = Digits(ref rest);
            var fraction = "";
            var dot = rest.StartsWith(".");
            if (dot)
            {
                rest = rest[1..];
                fraction = Digits(ref rest);
            }
            if (whole.Length + fraction.Length == 0) return Invalid();
            var end = rest.IndexOfAny(s_numeric);
            var unit = (end < 0 ? rest : rest[..end]).ToString();
            if (unit.Length == 0) return (0, $"time: missing unit in duration {GoText.Quote(text)}");
            if (!s_units.TryGetValue(unit, out var factor)) return (0, $"time: unknown unit {GoText.Quote(unit)} in duration {GoText.Quote(text)}");
            rest = rest[unit.Length..];
            total += BigInteger.Parse("0" + whole, null) * factor;
            if (fraction.Length > 0) total += BigInteger.Parse(fraction, null) * factor / BigInteger.Pow(10, fraction.Length);
        }
        if (total > long.MaxValue) return Invalid();
        return (negative ? -(long)total : (long)total, null);
    }

    /// <summary>The digits in front; more than a duration can have are cut off by its range.</summary>
    private static string Digits(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        var digits = (end < 0 ? text : text[..end]).ToString();
        text = text[digits.Length..];
        return digits.Length > 40 ? digits[..40] : digits;
    }
}
