using System.Globalization;

namespace Portal.Sandbox.Mesh;

/// <summary>Durations as protobuf JSON and Go write them: <c>2s</c>, <c>500ms</c>, <c>1m30s</c>, <c>0.5s</c>.</summary>
internal static class EnvoyDuration
{
    public static TimeSpan? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var total = 0.0;
        var i = 0;
        while (i < text.Length)
        {
            var start = i;
            while (i < text.Length && (char.IsAsciiDigit(text[i]) || text[i] == '.')) i++;
            var unit = i;
            while (i < text.Length && char.IsAsciiLetter(text[i])) i++;
            if (unit == start || unit == i || !double.TryParse(text.AsSpan(start, unit - start), NumberStyles.Float, CultureInfo.InvariantCulture, out var n)) return null;
            double? factor = text[unit..i] switch { "h" => 3600, "m" => 60, "s" => 1, "ms" => 1e-3, "us" => 1e-6, "ns" => 1e-9, _ => null };
            if (factor is null) return null;
            total += n * factor.Value;
        }
        return TimeSpan.FromSeconds(Math.Min(total, 1e9));
    }
}
