using System.Text.Json.Nodes;
using Bunit;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class CheckListTests : LessonContext
{
    [Fact]
    public void Check_Failing_ShowsExpectedFoundAndWhere()
    {
        var cut = RenderList(s => s with
        {
            Checks = s.Checks.SetItem("weights", new CheckState("weights", CheckPhase.NotYet, "v1 90, v2 10", "v1 100", "VirtualService reviews", "All requests go to v1.", Details: ["GET …"])),
        });

        var check = cut.Find("[data-check='weights']");
        Assert.Equal(["v1 90, v2 10", "v1 100", "VirtualService reviews"], check.QuerySelectorAll("dd").Select(d => d.TextContent));
        Assert.Contains("Hint of weights.", check.TextContent, StringComparison.Ordinal);
        Assert.Contains("GET …", check.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_Passed_ExplainsAndHidesTheHint()
    {
        var cut = RenderList(s => s with { Checks = s.Checks.SetItem("weights", new CheckState("weights", CheckPhase.Passed)) });

        var check = cut.Find("[data-check='weights']");
        Assert.Contains("Why weights matters.", check.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Hint of weights.", check.TextContent, StringComparison.Ordinal);
        Assert.Contains("1 of 2 passed · 2 of 3 points", cut.Find(".checks-head").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void List_AllPassed_Celebrates()
    {
        var cut = RenderList(s => s with { Checks = s.Checks.SetItems(s.Checks.Keys.Select(k => KeyValuePair.Create(k, new CheckState(k, CheckPhase.Passed)))) });

        Assert.Contains("all-passed", cut.Find(".checks").ClassName, StringComparison.Ordinal);
        Assert.Contains("All checks passed", cut.Find(".checks-head").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_BrokenAgain_SaysSo()
    {
        var cut = RenderList(s => s with { Checks = s.Checks.SetItem("traffic", new CheckState("traffic", CheckPhase.BrokenAgain, Message: "Requests fail.")) });

        Assert.Contains("broken again", cut.Find("[data-check='traffic'] .check-word").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Evidence_OpenedOnRequest_TellsWhenWhereAndWhichObjects()
    {
        var cut = RenderList(s => s with
        {
            Checks = s.Checks.SetItem("weights", new CheckState("weights", CheckPhase.Passed) { Evidence = Seen() }),
        });
        Assert.Empty(cut.FindAll(".evidence dd"));

        cut.Find("[data-check='weights'] .evidence").TriggerEvent("ontoggle", EventArgs.Empty);

        var told = cut.FindAll(".evidence dd").Select(d => d.TextContent.Trim()).ToList();
        Assert.Contains("sandbox, a simulated cluster", told[0], StringComparison.Ordinal);
        Assert.Equal(["reviews", "v1 90, v2 10"], told[1..3]);
        Assert.Contains("bookinfo/reviews", told[3], StringComparison.Ordinal);
        Assert.Contains("resourceVersion 4711", told[3], StringComparison.Ordinal);
        Assert.Equal("GET …", cut.Find(".evidence pre").TextContent);
    }

    [Fact]
    public void Check_BrokenAgain_NamesTheSectionThatRanLast()
    {
        Actions.Lesson = Lesson;
        var cut = RenderList(s => s with
        {
            Checks = s.Checks.SetItem(
                "traffic",
                new CheckState("traffic", CheckPhase.BrokenAgain, Message: "Requests fail.")
                {
                    Evidence = Seen() with { Holds = false, AfterSection = "step-1" },
                }
            ),
        });

        Assert.Contains("one of Step 1 · Deploy.", cut.Find(".check-ended").TextContent, StringComparison.Ordinal);
    }

    private static CheckFinding Seen() =>
        new(
            new DateTimeOffset(2026, 2, 3, 10, 0, 0, TimeSpan.Zero),
            "route",
            "reviews",
            "v1 90, v2 10",
            [new("networking.istio.io/v1", "VirtualService", "bookinfo", "reviews", "4711", "abcd")],
            ["GET …"],
            Provider: "sandbox",
            Simulated: true
        );

    [Fact]
    public void CheckNow_Clicked_ChecksTheSection()
    {
        var cut = RenderList(s => s);

        cut.Find(".checks-head button").Click();

        Assert.Equal("check exercise-1", Assert.Single(Session.Calls));
    }

    [Fact]
    public void Question_ChoiceGiven_SendsItsWordNotItsText()
    {
        var check = SampleLesson.Check("sample", "What one request proves") with
        {
            Probe = "answer",
            Settings = (JsonObject)JsonNode.Parse("""{"question":"What do you know?","choices":{"works":"It works.","nothing":"Next to nothing."},"accept":["nothing"]}""")!,
        };
        var cut = Render<CheckItem>(p => p.AddCascadingValue(Actions).Add(c => c.Check, check).Add(c => c.CanAnswer, true));
        Assert.Equal(["It works.", "Next to nothing."], cut.FindAll(".answer fieldset label").Select(l => l.TextContent));

        cut.FindAll("input[type='radio']")[1].Change("nothing");
        cut.Find(".answer").Submit();

        cut.WaitForAssertion(() => Assert.Equal("answer sample nothing", Assert.Single(Session.Calls)));
    }

    private IRenderedComponent<CheckList> RenderList(Func<SessionSnapshot, SessionSnapshot> state) => Render<CheckList>(p => p
        .AddCascadingValue(Actions)
        .Add(c => c.Section, Section("exercise-1"))
        .Add(c => c.CheckIds, ["weights", "traffic"])
        .Add(c => c.Snapshot, state(Session.Current))
        .Add(c => c.CanCheck, true));
}
