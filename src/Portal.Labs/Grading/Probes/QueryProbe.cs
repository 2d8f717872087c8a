using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Clusters.Api;
using Portal.Labs.Traffic;

namespace Portal.Labs.Grading.Probes;

/// <summary>What the cluster's Prometheus answers to a query; one of the values has to be within an interval.</summary>
internal sealed class QueryProbe : ICheckProbe
{
    public string Name => "query";

    public bool IsCostly => true;

    public async Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var query = settings.Text("promql") ?? "";
        var interval = settings["expect"].Interval() ?? (1, double.PositiveInfinity);
        var expected = $"a value of {Settings.Describe(interval)}";
        var service = new ServiceProxy(
            settings.Text("namespace") ?? "istio-system",
            settings.Text("service") ?? "prometheus",
            settings.Text("port") ?? "9090"
        );
        var (status, data) = await service.QueryAsync(context.Api, query, cancellationToken).ConfigureAwait(false);
        if (status != 200) return ProbeResult.Failed(expected, $"no answer of Prometheus ({status})", query);
        var values = Values(data).ToList();
        var found = values.Count == 0 ? "no series" : string.Join(", ", values.Select(v => v.ToString("0.###", CultureInfo.InvariantCulture)));
        return new(values.Exists(v => interval.Includes(v)), expected, found, query) { Log = [$"{query} = {found}"] };
    }

    /// <summary>A sample is a pair of time and value; a scalar is one, a vector is a list of series with one each.</summary>
    private static IEnumerable<double> Values(JsonElement data) =>
        (data.Find("resultType").Text() == "scalar" ? [data.Find("result")] : data.Find("result").Items().Select(s => s.Find("value")))
        .Select(sample => sample.Items().LastOrDefault().Text())
        .Select(text => double.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)
        .Where(value => !double.IsNaN(value));
}
