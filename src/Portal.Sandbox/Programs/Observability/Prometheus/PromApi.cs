using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>The query API: what <c>/api/v1/query</c>, <c>query_range</c>, <c>series</c> and <c>labels</c> answer.</summary>
internal sealed class PromApi(ScrapedSeries series, DateTimeOffset now)
{
    public const int MaxPoints = 11_000;

    private readonly long _now = now.ToUnixTimeMilliseconds();

    public JsonNode Query(QueryParameters p)
    {
        var time = Time(p["time"], "time") ?? _now;
        var value = new PromEvaluator(series.Select, _now).Evaluate(Parse(p), time);
        JsonNode result = value.Type switch
        {
            PromType.Scalar => Point(time, value.Scalar),
            PromType.String => new JsonArray(Seconds(time), value.Text),
            PromType.Matrix => new JsonArray([.. value.Ranges.Select(r => (JsonNode)new JsonObject { ["metric"] = Metric(r.Labels), ["values"] = new JsonArray([.. r.Points.Select(x => (JsonNode)Point(x.Time, x.Value))]) })]),
            _ => new JsonArray([.. value.Samples.Select(s => (JsonNode)new JsonObject { ["metric"] = Metric(s.Labels), ["value"] = Point(time, s.Value) })]),
        };
        return new JsonObject { ["resultType"] = Word(value.Type), ["result"] = result };
    }

    public JsonNode QueryRange(QueryParameters p)
    {
        var start = Time(p["start"], "start") ?? throw Invalid("start", "cannot parse \"\" to a valid timestamp");
        var end = Time(p["end"], "end") ?? throw Invalid("end", "cannot parse \"\" to a valid timestamp");
        if (end < start) throw Invalid("end", "end timestamp must not be before start time");
        var step = Step(p["step"]);
        if ((end - start) / step > MaxPoints) throw new PromException("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)");
        var node = Parse(p);
        if (node.Type is PromType.Matrix or PromType.String) throw Invalid("query", $"invalid expression type \"{(node.Type == PromType.Matrix ? "range vector" : "string")}\" for range query, must be Scalar or instant Vector");
        var evaluator = new PromEvaluator(series.Select, _now);
        var lines = new Dictionary<MetricLabels, JsonArray>();
        for (var t = start; t <= end; t += step)
        {
            var value = evaluator.Evaluate(node, t);
            IEnumerable<PromSample> samples = value.Type == PromType.Scalar ? [new(MetricLabels.Empty, value.Scalar)] : value.Samples;
            foreach (var s in samples)
            {
                if (!lines.TryGetValue(s.Labels, out var points)) lines[s.Labels] = points = [];
                points.Add((JsonNode)Point(t, s.Value));
            }
        }
        return new JsonObject
        {
            ["resultType"] = "matrix",
            ["result"] = new JsonArray([.. lines.OrderBy(l => l.Key.ToString(), StringComparer.Ordinal).Select(l => (JsonNode)new JsonObject { ["metric"] = Metric(l.Key), ["values"] = l.Value })]),
        };
    }

    public JsonNode Series(QueryParameters p)
    {
        if (p.All("match[]").Count == 0) throw new PromException("no match[] parameter provided");
        return new JsonArray([.. Matching(p).Select(s => (JsonNode)Metric(s.Labels.With("__name__", s.Name)))]);
    }

    public JsonNode Labels(QueryParameters p) =>
        Names(Matching(p).SelectMany(s => s.Labels.Items.Select(l => l.Key)).Append("__name__"));

    public JsonNode Values(QueryParameters p, string label) =>
        Names(Matching(p).Select(s => label == "__name__" ? s.Name : s.Labels[label]).Where(v => v.Length > 0));

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(n => (JsonNode)n)]);

    private IEnumerable<MetricSeries> Matching(QueryParameters p)
    {
        var (start, end) = (Time(p["start"], "start") ?? 0, Time(p["end"], "end") ?? long.MaxValue);
        var selectors = p.All("match[]").Select(m => PromParser.Parse(m) as SelectorNode ?? throw new PromException($"invalid parameter \"match[]\": {m} is no series selector")).ToList();
        var all = selectors.Count == 0 ? series.Select(null) : selectors.SelectMany(s => series.Select(s.Name).Where(m => s.Matchers.All(x => x.Matches(x.Name == "__name__" ? m.Name : m.Labels[x.Name]))));
        return all.Where(s => s.Begin <= end && (s.End is null || s.End >= start));
    }

    private static PromNode Parse(QueryParameters p)
    {
        try
        {
            return PromParser.Parse(p["query"] ?? "");
        }
        catch (PromException e)
        {
            throw Invalid("query", e.Message);
        }
    }

    private static PromException Invalid(string parameter, string message) => new($"invalid parameter \"{parameter}\": {message}");

    private static long? Time(string? text, string parameter)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && Math.Abs(seconds) < 1e12) return (long)Math.Round(seconds * 1000);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeMilliseconds() : throw Invalid(parameter, $"cannot parse \"{text}\" to a valid timestamp");
    }

    private static long Step(string? text)
    {
        var step = double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? (long)(seconds * 1000) : PromLexer.Duration(text ?? "") ?? throw Invalid("step", $"cannot parse \"{text}\" to a valid duration");
        return step > 0 ? step : throw Invalid("step", "zero or negative query resolution step widths are not accepted. Try a positive integer");
    }

    private static JsonObject Metric(MetricLabels labels) => new([.. labels.Items.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, l.Value))]);

    private static JsonArray Point(long time, double value) => new(Seconds(time), PromNumber.Text(value));

    private static JsonNode Seconds(long time) => time % 1000 == 0 ? time / 1000 : time / 1000.0;

    private static string Word(PromType type) => type switch { PromType.Scalar => "scalar", PromType.String => "string", PromType.Matrix => "matrix", _ => "vector" };
}
