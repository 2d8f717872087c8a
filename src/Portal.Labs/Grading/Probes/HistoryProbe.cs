using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Labs.Grading.Probes;

/// <summary>The share of a version took the asked values one after the other.</summary>
internal sealed class HistoryProbe : ICheckProbe
{
    public string Name => "history";

    public Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var subset = settings.Text("subset") ?? "";
        var wanted = (settings["observe"] as JsonArray ?? []).Select(o => o.Interval()).OfType<(double Min, double Max)>().ToList();
        var seen = context.History.Of(settings.Text("host") ?? "", settings.Text("namespace") ?? "")
            .Select(o => (o.At, Percent: o.Shares.GetValueOrDefault(subset)))
            .ToList();

        var reached = 0;
        foreach (var (_, percent) in seen)
        {
            if (reached < wanted.Count && percent >= wanted[reached].Min - 0.5 && percent <= wanted[reached].Max + 0.5) reached++;
        }
        var expected = $"{subset} at {string.Join(" %, then ", wanted.Select(Settings.Describe))} %";
        var found = seen.Count == 0 ? "nothing yet" : $"{subset} at {string.Join(" %, then ", seen.Select(s => s.Percent.ToString("0.#", CultureInfo.InvariantCulture)))} %";
        return Task.FromResult(new ProbeResult(reached == wanted.Count && wanted.Count > 0, expected, found, $"routes of {settings.Text("host")} as observed")
        {
            Log = [.. seen.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.At:HH:mm:ss} {subset} {s.Percent:0.#} %"))],
        });
    }
}
