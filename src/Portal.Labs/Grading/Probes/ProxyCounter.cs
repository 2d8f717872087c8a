using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Labs.Grading.Probes;

/// <summary>A sum over series of one metric in the proxies of a workload.</summary>
internal sealed partial record ProxyCounter(string Title, string Namespace, string Workload, string Metric, ImmutableArray<KeyValuePair<string, string>> Labels, (double Min, double Max) Interval)
{
    public static ProxyCounter Read(JsonObject settings) => new(
        settings.Text("title") ?? settings.Text("metric") ?? "requests",
        settings.Text("namespace") ?? "",
        settings.Text("workload") ?? "",
        settings.Text("metric") ?? "istio_requests_total",
        [.. (settings.Section("labels") ?? []).Select(l => KeyValuePair.Create(l.Key, (l.Value as JsonValue)?.Scalar() ?? ""))],
        settings["expect"].Interval() ?? (1, double.PositiveInfinity));

    /// <param name="exposition">What a proxy exposes, in Prometheus' text format; null for none.</param>
    public double Sum(string? exposition) => exposition is null ? 0 : exposition.Split('\n')
        .Where(l => l.StartsWith(Metric + "{", StringComparison.Ordinal))
        .Where(IsMeant)
        .Sum(l => double.TryParse(l[(l.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture, out var value) ? value : 0);

    private bool IsMeant(string line)
    {
        var found = Label().Matches(line).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value, StringComparer.Ordinal);
        return Labels.All(l => found.TryGetValue(l.Key, out var value) && (l.Value.StartsWith('~') ? Regex.IsMatch(value, $"^(?:{l.Value[1..]})$", RegexOptions.None, TimeSpan.FromSeconds(1)) : value == l.Value));
    }

    [GeneratedRegex(@"(\w+)=""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Label();
}
