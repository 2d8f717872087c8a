using Portal.Clusters.Watching;
using Portal.Content.Catalog;
using Portal.Labs.Grading;
using Portal.Labs.Grading.Probes;
using Portal.Labs.Grading.Routing;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Grading;

public sealed class ProbeTests
{
    private const string Deployment = "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'namespace':'shop','name':'web','labels':{'app':'web'}},'spec':{'replicas':2},'status':{'conditions':[{'type':'Available','status':'True'}]}}";

    private static async Task<ProbeResult> Evaluate(ICheckProbe probe, string settings, ProbeContext context) =>
        await probe.EvaluateAsync(context, Cluster.Settings(settings), CancellationToken.None);

    [Theory]
    [InlineData("{'spec':{'replicas':2}}", null, null)]
    [InlineData("{'spec':{'replicas':3}}", "spec.replicas = 3", "2")]
    [InlineData("{'spec':{'paused':true}}", "spec.paused = true", "nothing")]
    [InlineData("{'status':{'(conditions[?type==`Available`].status | [0])':'True'}}", null, null)]
    [InlineData("{'(spec.replicas > `1`)':true}", null, null)]
    [InlineData("{'(length(spec.template))':1}", "(length(spec.template)) = 1", null)]
    public async Task Resource_AssertionTree_ReportsTheFailingLeaf(string match, string? expected, string? found)
    {
        var result = await Evaluate(new ResourceProbe(), $"{{'apiVersion':'apps/v1','kind':'Deployment','namespace':'shop','name':'web','match':{match.Replace("`Available`", "`\\\"Available\\\"`", StringComparison.Ordinal)}}}", Cluster.Context(Cluster.Of(Deployment)));

        Assert.Equal(expected is null, result.Holds);
        if (expected is not null) Assert.Equal(expected, result.Expected);
        if (found is not null) Assert.Equal(found, result.Found);
        if (!result.Holds) Assert.StartsWith("Deployment shop/web, ", result.Where);
    }

    [Theory]
    [InlineData("'kind':'Deployment','namespace':'shop','name':'api'", "Deployment shop/api", "nothing by that name")]
    [InlineData("'kind':'Deployment','namespace':'stock'", "a Deployment in the namespace stock", "none")]
    public async Task Resource_Missing_SaysWhatWasWanted(string settings, string expected, string found)
    {
        var result = await Evaluate(new ResourceProbe(), $"{{'apiVersion':'apps/v1',{settings}}}", Cluster.Context(Cluster.Of(Deployment)));

        Assert.False(result.Holds);
        Assert.Equal((expected, found), (result.Expected, result.Found));
    }

    [Theory]
    [InlineData("", "web")]
    [InlineData(",'match':{'spec':{'replicas':2}}", "web")]
    [InlineData(",'match':{'spec':{'replicas':3}}", null)]
    [InlineData(",'match':{'(ends_with(metadata.name, `\"eb\"`))':true}", "web")]
    public async Task Resource_Absent_CountsOnlyWhatMatches(string match, string? found)
    {
        var result = await Evaluate(new ResourceProbe(), $"{{'apiVersion':'apps/v1','kind':'Deployment','namespace':'shop','absent':true{match.Replace("\"", "\\\"", StringComparison.Ordinal)}}}", Cluster.Context(Cluster.Of(Deployment)));

        Assert.Equal(found is null, result.Holds);
        if (found is not null) Assert.Equal(found, result.Found);
    }

    [Theory]
    [InlineData("{'resultType':'vector','result':[{'metric':{},'value':[1,'0']},{'metric':{},'value':[1,'3.5']}]}", true, "a value of 1 or more")]
    [InlineData("{'resultType':'vector','result':[{'metric':{},'value':[1,'0']}]}", false, "0")]
    [InlineData("{'resultType':'vector','result':[]}", false, "no series")]
    [InlineData("{'resultType':'scalar','result':[1,'7']}", true, "")]
    [InlineData(null, false, "no answer of Prometheus (404)")]
    public async Task Query_AnswerOfPrometheus_IsHeldToTheInterval(string? data, bool holds, string text)
    {
        await using var server = await FakeApiServer.StartAsync();
        if (data is not null) server.Lists["api/v1/namespaces/istio-system/services/http:prometheus:9090/proxy/api/v1/query"] = $"{{'status':'success','data':{data}}}";
        using var api = Clusters.Api.ClusterApi.Connect(server.Kubeconfig);

        var result = await Evaluate(new QueryProbe(), "{'promql':'up','expect':[1]}", Cluster.Context(ClusterSnapshot.Empty) with { Api = api });

        Assert.Equal(holds, result.Holds);
        Assert.Contains(text, result.Expected + result.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_Shares_AreComparedNormalised()
    {
        var context = Cluster.Context(Cluster.Of(Cluster.Subsets, Cluster.Rule("reviews", $"'http':[{Cluster.Split(9, 1)}]")));

        Assert.True((await Evaluate(new RouteProbe(), "{'host':'reviews','namespace':'shop','destinations':{'v1':90,'v2':10}}", context)).Holds);
        var other = await Evaluate(new RouteProbe(), "{'host':'reviews','namespace':'shop','destinations':{'v1':50,'v2':50}}", context);
        Assert.Equal((false, "v1 50 %, v2 50 %", "v1 90 %, v2 10 %", "VirtualService shop/reviews, spec.http[0]"), (other.Holds, other.Expected, other.Found, other.Where));
    }

    [Theory]
    [InlineData("'fault':{'delay':{'fixedDelay':'0.5s','percentage':{'value':50}},'abort':{'httpStatus':503,'percentage':{'value':10}}}", true, "")]
    [InlineData("'fault':{'delay':{'fixedDelay':'500ms','percentage':{'value':0.5}}}", false, "fault.delay.percentage.value = 50")]
    [InlineData("'fault':{'delay':{'fixedDelay':'500ms'}}", false, "fault.delay.percentage.value = 50")]
    [InlineData("'timeout':'1s'", false, "fault.delay.fixedDelay = 500ms")]
    public async Task Route_Fault_IsComparedLeafByLeaf(string entry, bool holds, string expected)
    {
        var context = Cluster.Context(Cluster.Of(Cluster.Rule("reviews", $"'http':[{{{entry},'route':[{{'destination':{{'host':'reviews'}}}}]}}]")));

        var result = await Evaluate(new RouteProbe(), "{'host':'reviews','namespace':'shop','fault':{'delay':{'fixedDelay':'500ms','percentage':50},'abort':{'httpStatus':503,'percentage':10}}}", context);

        Assert.Equal(holds, result.Holds);
        if (!holds) Assert.Equal(expected, result.Expected);
    }

    [Theory]
    [InlineData("0,10,50,100", true)]
    [InlineData("10,100", false)]
    [InlineData("50,10,100", false)]
    [InlineData("10,0,25,30,100,50", true)]
    public async Task History_Shares_HaveToComeInOrder(string weights, bool holds)
    {
        var history = new RouteHistory([("reviews", "shop")], TimeProvider.System);
        foreach (var v2 in weights.Split(',').Select(int.Parse)) history.Observe(Cluster.Of(Cluster.Subsets, Cluster.Rule("reviews", $"'http':[{Cluster.Split(100 - v2, v2)}]")));

        var result = await Evaluate(new HistoryProbe(), "{'host':'reviews','namespace':'shop','subset':'v2','observe':[10,[11,99],100]}", Cluster.Context(ClusterSnapshot.Empty, history));

        Assert.Equal(holds, result.Holds);
    }

    [Theory]
    [InlineData("{'accept':['nothing']}", "Nothing", true)]
    [InlineData("{'accept':['nothing']}", "all", false)]
    [InlineData("{'accept':{'min':1,'max':2}}", "1.5", true)]
    [InlineData("{'accept':{'min':1,'max':2}}", "3", false)]
    [InlineData("{'accept':{'min':1,'max':2}}", "1,5", true)]
    [InlineData("{'accept':{'min':1,'max':2}}", "1.5 %", true)]
    [InlineData("{'accept':{'min':1,'max':2}}", "one", false)]
    [InlineData("{'accept':['x']}", null, false)]
    public async Task Answer_Given_IsCompared(string settings, string? answer, bool holds) =>
        Assert.Equal(holds, (await Evaluate(new AnswerProbe(), settings, Cluster.Context(ClusterSnapshot.Empty, answer: answer))).Holds);

    [Theory]
    [InlineData(
        "{'accept':['no'],'choices':{'yes':'It works','no':'It fails'}}",
        "yes",
        "“It works”, which is not right"
    )]
    [InlineData("{'accept':['no']}", "yes", "“yes”, which is not right")]
    [InlineData("{'accept':{'min':1}}", "one", "“one”, which is no number")]
    public async Task Answer_Wrong_IsToldAsItWasRead(string settings, string answer, string found) =>
        Assert.Equal(
            found,
            (
                await Evaluate(
                    new AnswerProbe(),
                    settings,
                    Cluster.Context(ClusterSnapshot.Empty, answer: answer)
                )
            ).Found
        );

    [Theory]
    [InlineData("{'run':'echo hello; exit 3','exitCode':3,'output':'^hel'}", true, "")]
    [InlineData("{'run':'exit 3'}", false, "exit status 0")]
    [InlineData("{'run':'echo no','output':'yes'}", false, "output that matches yes")]
    public async Task Command_Result_IsCompared(string settings, bool holds, string expected)
    {
        using var directory = new TempDirectory();
        var result = await Evaluate(
            new CommandProbe(TimeProvider.System),
            settings,
            Cluster.Context(ClusterSnapshot.Empty) with
            {
                Shell = new("kind: Config", null, directory.Path),
            }
        );

        Assert.Equal(holds, result.Holds);
        if (!holds) Assert.Equal(expected, result.Expected);
    }

    public static TheoryData<string, string> WrongAnswers() => new()
    {
        { "two rules", Cluster.Rule("canary", $"'http':[{Cluster.Split(90, 10)}]", day: 2) + "\n" + Cluster.Rule("reviews", $"'http':[{Cluster.Split(100, 0)}]") + "\n" + Cluster.Subsets },
        { "second entry", Cluster.Rule("reviews", $"'http':[{{'route':[{Cluster.To("v1", 90)}]}},{{'route':[{Cluster.To("v2", 10)}]}}]") + "\n" + Cluster.Subsets },
        { "no subset", Cluster.Rule("reviews", $"'http':[{Cluster.Split(90, 10)}]") },
        { "gateway only", Cluster.Rule("reviews", $"'gateways':['g'],'http':[{Cluster.Split(90, 10)}]") + "\n" + Cluster.Subsets },
        { "sum", Cluster.Rule("reviews", $"'http':[{Cluster.Split(90, 20)}]") + "\n" + Cluster.Subsets },
    };

    [Theory]
    [MemberData(nameof(WrongAnswers))]
    public async Task EvaluateAsync_WrongAnswersOfTheShippedCanary_EachGetTheirOwnMessage(string name, string objects)
    {
        var lesson = LessonLoader.Load(Repository.PathOf("content", "kubernetes", "20-service-mesh-istio"), Repository.Root).Lesson!;
        var check = lesson.Checks.Single(c => c.Id == "exercise-1-canary");
        var grader = new CheckGrader([new RouteProbe(), new ResourceProbe()]);
        var snapshot = Cluster.Of([.. objects.Replace("'shop'", "'bookinfo'", StringComparison.Ordinal).Split('\n'), Deployment]);

        var verdict = await grader.EvaluateAsync(check, Cluster.Context(snapshot), CancellationToken.None);

        Assert.False(verdict.Result.Holds, name);
        Assert.True(verdict.Wrong, name);
        var expected = name switch { "two rules" => "Two VirtualServices", "second entry" => "two entries", "no subset" => "no DestinationRule defines", "gateway only" => "gateway only", _ => "do not sum to 100" };
        Assert.Contains(expected, verdict.Message);
    }
}
