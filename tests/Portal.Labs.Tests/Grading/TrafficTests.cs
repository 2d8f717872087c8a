using System.Collections.Immutable;
using Portal.Labs.Grading;
using Portal.Labs.Grading.Probes;
using Xunit;

namespace Portal.Labs.Tests.Grading;

public sealed class TrafficTests
{
    private static TrafficAnswer Answer(int status, string body = "", int milliseconds = 1, string? version = null) => new(
        status, body, version is null ? ImmutableDictionary<string, string>.Empty : ImmutableDictionary<string, string>.Empty.Add("x-version", version), TimeSpan.FromMilliseconds(milliseconds));

    private static TrafficTally Tally(string settings, params TrafficAnswer[] answers) => new([.. answers], Cluster.Settings(settings));

    [Theory]
    [InlineData("{}", "200: 1, 503: 1, no answer: 1")]
    [InlineData("{'body':'v1'}", "200: 1, 503: 1, no answer: 1")]
    [InlineData("{'body':'v9'}", "503: 1, no answer: 1, other content: 1")]
    [InlineData("{'body':{'503':'fault filter abort'}}", "200: 1, 503: 1, no answer: 1")]
    [InlineData("{'body':{'503':'no healthy upstream'}}", "200: 1, 503 with other content: 1, no answer: 1")]
    [InlineData("{'value':{'json':'pod.name','match':'reviews-(v[0-9])'}}", "503: 1, no answer: 1, v1: 1")]
    [InlineData("{'value':{'header':'x-version'}}", "2: 1, 503: 1, no answer: 1")]
    [InlineData("{'value':{'json':'pod.age'}}", "503: 1, no answer: 1, nothing to count: 1")]
    public void Counts_Answers_AreSortedAsTheSettingsSay(string settings, string expected)
    {
        var tally = Tally(settings, Answer(200, "{\"pod\":{\"name\":\"reviews-v1-abc\"}}", version: "2"), Answer(503, "fault filter abort"), Answer(0));

        Assert.Equal(expected, string.Join(", ", tally.Counts.Select(c => $"{c.Key}: {c.Value}")));
        Assert.Equal(2, tally.Failures);
    }

    [Theory]
    [InlineData("{'latency':{'atLeast':'450ms','expect':[1,2]}}", "450ms or longer: 1 to 2", 2, true)]
    [InlineData("{'latency':{'atLeast':'0.45s','below':'3s','expect':2}}", "0.45s or longer and shorter than 3s: 2", 1, false)]
    [InlineData("{'latency':[{'below':'100ms','expect':[1]}]}", "shorter than 100ms: 1 or more", 1, true)]
    [InlineData("{'failures':0}", "failures: 0", 1, false)]
    [InlineData("{'expect':{'200':[2,3]}}", "200: 2 to 3", 2, true)]
    public void Statement_AboutAnswers_IsHeldToItsInterval(string settings, string expected, int count, bool holds)
    {
        var tally = Tally(settings, Answer(200, milliseconds: 20), Answer(200, milliseconds: 501), Answer(503, milliseconds: 3100));

        var statement = Assert.Single(TrafficStatement.Of(Cluster.Settings(settings)));

        Assert.Equal((expected, count, holds), (statement.Expected, statement.Count(tally), statement.Interval.Includes(statement.Count(tally))));
    }

    [Theory]
    [InlineData("{}", 9)]
    [InlineData("{'labels':{'response_flags':'FI'}}", 2)]
    [InlineData("{'labels':{'response_flags':'~.*FI.*'}}", 5)]
    [InlineData("{'labels':{'response_flags':'~.*FI.*','response_code':'200'}}", 0)]
    [InlineData("{'labels':{'unknown':'x'}}", 0)]
    [InlineData("{'metric':'istio_response_bytes_sum'}", 1024)]
    public void Counter_Exposition_SumsTheSeriesThatAreMeant(string settings, double sum)
    {
        const string Exposition = """
            # TYPE istio_requests_total counter
            istio_requests_total{response_code="200",response_flags="-",path="a \"b\" c"} 4
            istio_requests_total{response_code="503",response_flags="FI"} 2
            istio_requests_total{response_code="503",response_flags="DI,FI"} 3
            istio_requests_total_other{response_flags="FI"} 100
            istio_response_bytes_sum{response_code="200"} 1.024e+03
            """;

        Assert.Equal(sum, ProxyCounter.Read(Cluster.Settings(settings)).Sum(Exposition));
        Assert.Equal(0, ProxyCounter.Read(Cluster.Settings(settings)).Sum(null));
    }
}
