using System.Text.Json.Nodes;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Grading.Probes;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Grading;

public sealed class CheckGraderTests
{
    private static readonly CheckGrader s_grader = new([
        new RouteProbe(),
        new AnswerProbe(),
        new CommandProbe(TimeProvider.System),
    ]);

    private static CheckDefinition Check(string of, params WrongAnswer[] wrong) => new()
    {
        Id = "c", Title = "c", Probe = "all", Settings = Cluster.Settings($"{{'of':[{of}]}}"), Wrong = [.. wrong],
    };

    private static string Route(int v1, int v2) => $"{{'probe':'route','settings':{{'host':'reviews','namespace':'shop','destinations':{{'v1':{v1},'v2':{v2}}}}}}}";

    private static readonly ClusterSnapshot s_split = Cluster.Of(Cluster.Subsets, Cluster.Rule("reviews", $"'http':[{Cluster.Split(90, 10)}]"));

    [Fact]
    public async Task EvaluateAsync_All_HoldsWhenEachHolds()
    {
        var verdict = await s_grader.EvaluateAsync(Check($"{Route(90, 10)},{{'probe':'answer','settings':{{'accept':['yes']}}}}"), Cluster.Context(s_split, answer: "yes"), CancellationToken.None);

        Assert.True(verdict.Result.Holds);
        Assert.Equal("v1 90 %, v2 10 %; the right answer", verdict.Result.Expected.Replace("the route is as asked", "v1 90 %, v2 10 %", StringComparison.Ordinal));
        Assert.Equal(2, verdict.Result.Objects.Length);
    }

    [Fact]
    public async Task EvaluateAsync_AllWithOneThatFails_StopsThereAndReportsIt()
    {
        using var directory = new TempDirectory();
        var context = Cluster.Context(s_split) with { Shell = new("", null, directory.Path) };
        var never = "{'probe':'command','settings':{'run':'touch ran'}}";

        var verdict = await s_grader.EvaluateAsync(Check($"{Route(50, 50)},{never}"), context, CancellationToken.None);

        Assert.False(verdict.Result.Holds);
        Assert.Equal("v1 50 %, v2 50 %", verdict.Result.Expected);
        Assert.False(File.Exists(Path.Combine(directory.Path, "ran")));
    }

    [Fact]
    public async Task EvaluateAsync_AllAsWrongAnswer_IsRecognised()
    {
        var wrong = new WrongAnswer("all", Cluster.Settings($"{{'of':[{Route(90, 10)}]}}"), "Not yet half.");

        var verdict = await s_grader.EvaluateAsync(Check(Route(50, 50), wrong), Cluster.Context(s_split), CancellationToken.None);

        Assert.Equal((true, "Not yet half."), (verdict.Wrong, verdict.Message));
    }

    [Theory]
    [InlineData("all", true)]
    [InlineData("100", false)]
    public async Task EvaluateAsync_ForeseenAnswer_GetsItsMessage(string answer, bool foreseen)
    {
        var check = new CheckDefinition
        {
            Id = "q", Title = "q", Probe = "answer", Settings = Cluster.Settings("{'accept':['none']}"),
            Wrong = [new("answer", new JsonObject { ["accept"] = new JsonArray("all") }, "Think of the order.")],
        };

        var verdict = await s_grader.EvaluateAsync(check, Cluster.Context(ClusterSnapshot.Empty, answer: answer), CancellationToken.None);

        Assert.Equal((false, foreseen), (verdict.Result.Holds, verdict.Wrong));
        if (foreseen) Assert.Equal("Think of the order.", verdict.Message);
    }

    [Theory]
    [InlineData("{'probe':'route','settings':{}}", false)]
    [InlineData("{'probe':'route','settings':{}},{'probe':'command','settings':{}}", true)]
    [InlineData("{'probe':'all','settings':{'of':[{'probe':'command','settings':{}}]}}", true)]
    public void IsCostly_All_WhenOneOfThemIs(string of, bool costly) => Assert.Equal(costly, s_grader.IsCostly(Check(of)));
}
