using System.Globalization;
using Portal.Sandbox.Mesh.Telemetry;
using Portal.Sandbox.Programs.Observability.Prometheus;
using Xunit;

namespace Portal.Sandbox.Tests.Programs.Observability;

/// <summary>PromQL over two counters, a(x=1) and a(x=2), that grow by 1 and 2 each second from 0, and a histogram.</summary>
public sealed class PromQueryTests
{
    private const long Now = 600_000;

    [Theory]
    [InlineData("max_over_time(max_over_time(max_over_time(vector(1)[1h:1s])[1h:1s])[1h:1s])", "too many samples")]
    [InlineData(
        "sum_over_time(a[10m:1s]) + sum_over_time(sum_over_time(a[10m:1s])[10m:1s]) + "
            + "max_over_time(sum_over_time(a[10m:1s])[10m:1s])",
        "too many samples"
    )]
    [InlineData("a{x=~\"((a{1000}){1000})\"}", "error parsing regexp")]
    public void Evaluate_AQueryThatAsksForTooMuch_IsRefused(string query, string message)
    {
        var refused = Assert.Throws<PromException>(() =>
            new PromEvaluator(Select, Now).Evaluate(PromParser.Parse(query), Now)
        );

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_ManySigns_TakesAStepForEach() =>
        Assert.Equal(
            7,
            new PromEvaluator(Select, Now)
                .Evaluate(PromParser.Parse(string.Concat(Enumerable.Repeat("-", 40)) + "7"), Now)
                .Scalar
        );

    [Fact]
    public void Evaluate_LabelsMadeOfLabels_HaveAnEnd()
    {
        var query = "a";
        for (var i = 0; i < 40; i++) query = $"label_replace({query}, \"x\", \"$1$1\", \"x\", \"(.*)\")";

        Assert.Throws<PromException>(() => new PromEvaluator(Select, Now).Evaluate(PromParser.Parse(query), Now));
    }

    [Theory]
    [InlineData("a", "{x=\"1\"} 600; {x=\"2\"} 1200")]
    [InlineData("a{x=\"2\"}", "{x=\"2\"} 1200")]
    [InlineData("a{x!=\"2\"}", "{x=\"1\"} 600")]
    [InlineData("a{x=~\"2|3\"}", "{x=\"2\"} 1200")]
    [InlineData("a{x!~\"2|3\"}", "{x=\"1\"} 600")]
    [InlineData("a offset 5m", "{x=\"1\"} 300; {x=\"2\"} 600")]
    [InlineData("a @ 100", "{x=\"1\"} 100; {x=\"2\"} 200")]
    [InlineData("rate(a[1m])", "{x=\"1\"} 1; {x=\"2\"} 2")]
    [InlineData("irate(a[1m])", "{x=\"1\"} 1; {x=\"2\"} 2")]
    [InlineData("increase(a[1m])", "{x=\"1\"} 60; {x=\"2\"} 120")]
    [InlineData("predict_linear(a[1m], 60)", "{x=\"1\"} 660; {x=\"2\"} 1320")]
    [InlineData("hour(vector(7200))", "{} 2")]
    [InlineData("day_of_week()", "{} 4")]
    [InlineData("sum(rate(a[1m]))", "{} 3")]
    [InlineData("sum by (x) (a)", "{x=\"1\"} 600; {x=\"2\"} 1200")]
    [InlineData("sum without (x) (a)", "{} 1800")]
    [InlineData("avg(a)", "{} 900")]
    [InlineData("max(a) - min(a)", "{} 600")]
    [InlineData("count(a)", "{} 2")]
    [InlineData("topk(1, a)", "{x=\"2\"} 1200")]
    [InlineData("bottomk(1, a)", "{x=\"1\"} 600")]
    [InlineData("quantile(0.5, a)", "{} 900")]
    [InlineData("1 + 2 * 3 ^ 2", "19")]
    [InlineData("-2 ^ 2", "-4")]
    [InlineData("7 % 4 == bool 3", "1")]
    [InlineData("a * 2", "{x=\"1\"} 1200; {x=\"2\"} 2400")]
    [InlineData("a > 700", "{x=\"2\"} 1200")]
    [InlineData("a > bool 700", "{x=\"1\"} 0; {x=\"2\"} 1")]
    [InlineData("a / on (x) a", "{x=\"1\"} 1; {x=\"2\"} 1")]
    [InlineData("a / ignoring (x) group_left () sum(a)", "{x=\"1\"} 0.3333333333333333; {x=\"2\"} 0.6666666666666666")]
    [InlineData("a and a{x=\"1\"}", "{x=\"1\"} 600")]
    [InlineData("a unless a{x=\"1\"}", "{x=\"2\"} 1200")]
    [InlineData("none or vector(0)", "{} 0")]
    [InlineData("absent(none{y=\"z\"})", "{y=\"z\"} 1")]
    [InlineData("scalar(sum(a))", "1800")]
    [InlineData("time()", "600")]
    [InlineData("clamp_max(a, 700)", "{x=\"1\"} 600; {x=\"2\"} 700")]
    [InlineData("round(sum(a) / 7, 0.1)", "{} 257.1")]
    [InlineData("label_replace(a{x=\"1\"}, \"y\", \"v$1\", \"x\", \"(.*)\")", "{x=\"1\",y=\"v1\"} 600")]
    [InlineData("max_over_time(rate(a[1m])[5m:1m])", "{x=\"1\"} 1; {x=\"2\"} 2")]
    [InlineData("histogram_quantile(0.5, h_bucket)", "{} 10")]
    [InlineData("histogram_quantile(0.9, sum by (le) (h_bucket))", "{} 18")]
    public void Evaluate_AQuery_HasPrometheusAnswer(string query, string expected)
    {
        var value = new PromEvaluator(Select, Now).Evaluate(PromParser.Parse(query), Now);

        Assert.Equal(expected, value.Type == PromType.Scalar ? PromNumber.Text(value.Scalar)
            : string.Join("; ", value.Samples.OrderBy(s => s.Labels.ToString(), StringComparer.Ordinal).Select(s => $"{s.Labels} {PromNumber.Text(Math.Round(s.Value, 9) is var r && Math.Abs(r - s.Value) < 1e-9 && r == Math.Round(r, 3) ? r : s.Value)}")));
    }

    [Theory]
    [InlineData("", "unknown position: parse error: no expression found in input")]
    [InlineData("sum(a", "1:6: parse error: unclosed left parenthesis")]
    [InlineData("a{x=1}", "1:5: parse error: unexpected number \"1\" in label matching, expected string")]
    [InlineData("nope(a)", "1:1: parse error: unknown function with name \"nope\"")]
    [InlineData("rate(a)", "1:1: parse error: expected type range vector in call to function \"rate\", got instant vector")]
    [InlineData("{x=~\".*\"}", "1:1: parse error: vector selector must contain at least one non-empty matcher")]
    [InlineData("1 == 1", "1:3: parse error: comparisons between scalars must use BOOL modifier")]
    public void Parse_AQueryThatIsNone_SaysWhereAndWhy(string query, string message) =>
        Assert.Equal(message, Assert.Throws<PromException>(() => PromParser.Parse(query)).Message);

    [Fact]
    public void Evaluate_ManySeriesOnBothSides_IsRefused()
    {
        var node = PromParser.Parse("a / on () a");

        Assert.Equal("execution", Assert.Throws<PromException>(() => new PromEvaluator(Select, Now).Evaluate(node, Now)).Type);
    }

    private static IEnumerable<MetricSeries> Select(string? name)
    {
        var all = new[] { ("1", 1), ("2", 2) }.Select(s => new MetricSeries("a", new([new("x", s.Item1)]), 0, null, t => t / 1000.0 * s.Item2))
            .Concat(new[] { ("10", 50), ("20", 100), ("+Inf", 100) }.Select(b => new MetricSeries("h_bucket", new([new("le", b.Item1)]), 0, null, _ => b.Item2)));
        return all.Where(s => name is null || s.Name == name);
    }
}
