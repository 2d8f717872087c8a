using System.Text;
using Bunit;
using Microsoft.JSInterop;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Testing;
using Portal.Testing.Lessons;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class RunnableBlockTests : LessonContext
{
    private readonly JSRuntimeInvocationHandler<IJSStreamReference> _box;

    public RunnableBlockTests()
    {
        var module = JSInterop.SetupModule("/Components/Lessons/CodeEdit.razor.js");
        module.Mode = JSRuntimeMode.Loose;
        _box = module.Setup<IJSStreamReference>("read", _ => true);
    }

    [Fact]
    public void Run_Clicked_RunsTheWholeBlock()
    {
        var cut = RenderBlock("step-1/1");

        cut.Find("button.run").Click();

        Assert.Equal(("step-1/1", RunOptions.WholeBlock), Assert.Single(Session.Runs));
    }

    [Theory]
    [InlineData("kubectl apply -f a.yaml", false)]
    [InlineData("kubectl delete ns a", true)]
    public void Run_WhatTakesSomethingAway_IsShownFirst(string code, bool shown)
    {
        var block = Block("step-1/1") with { Code = code };
        var cut = RenderBlock(block);

        cut.Find("button.run").Click();

        Assert.Equal(shown, Assert.Single(Session.Runs).Options.Preview);
        var command = Command(0, $"{code} --dry-run=server", RunPhase.Succeeded, 0, "deleted");
        var run = Run(block.Id, RunPhase.Succeeded, command);
        cut.Render(p => p.Add(b => b.Preview, run));
        Assert.Contains("deleted", cut.Find(".preview").TextContent, StringComparison.Ordinal);
        cut.Find("button.run").Click();
        Assert.Equal(RunOptions.WholeBlock, Session.Runs.Last().Options);
    }

    [Fact]
    public void Preview_Closed_IsGoneUntilTheNext()
    {
        var block = Block("step-1/1") with { Code = "kubectl apply -f a.yaml" };
        var command = Command(0, "kubectl diff -f a.yaml", RunPhase.Succeeded, 0);
        var cut = RenderBlock(block, p => p.Add(b => b.Preview, Run(block.Id, RunPhase.Succeeded, command)));
        Assert.Contains("Nothing: the cluster is", cut.Find(".preview").TextContent, StringComparison.Ordinal);

        cut.FindAll(".preview button").Single(b => b.TextContent == "Close").Click();

        Assert.Empty(cut.FindAll(".preview"));
        var running = Run(block.Id, RunPhase.Running, command with { Phase = RunPhase.Running });
        cut.Render(p => p.Add(b => b.Preview, running));
        Assert.Contains("Asking the cluster", cut.Find(".preview").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void File_Opened_IsReadThen()
    {
        using var directory = new TempDirectory();
        directory.Write("manifests/a.yaml", "kind: Service");
        var block = Block("step-1/1") with { Files = ["manifests/a.yaml"] };
        var sections = Lesson.Sections.Select(s => s.Id == "step-1" ? s with { Parts = [new BlockPart(block)] } : s);
        var lesson = Lesson with { Directory = directory.Path, Sections = [.. sections] };
        var session = new FakeLessonSession(Session.Key, lesson);
        Actions.Attach(session);
        var cut = RenderBlock(block);
        Assert.Empty(cut.FindAll(".block-file pre"));

        cut.Find(".block-file").TriggerEvent("ontoggle", EventArgs.Empty);

        Assert.Equal("kind: Service", cut.Find(".block-file pre").TextContent);
    }

    [Fact]
    public void Run_SessionNotReady_IsDisabledAndSaysWhy()
    {
        var cut = RenderBlock("step-1/1", p => p.Add(b => b.NotReady, "Starting…"), canRun: false);

        var button = cut.Find("button.run");
        Assert.True(button.HasAttribute("disabled"));
        Assert.Equal("Not yet: Starting…", button.GetAttribute("title"));
    }

    [Fact]
    public void Block_ForAnotherProvider_HasANoteAndNoRun()
    {
        var cut = RenderBlock("step-1/2");

        Assert.Contains("For kind only", cut.Find(".block-note").TextContent, StringComparison.Ordinal);
        Assert.Empty(cut.FindAll("button.run"));
    }

    [Fact]
    public void Block_SampleOfOutput_SaysSoAndHasNoRun()
    {
        var sample = new Content.Model.Block { Id = "step-1/3", Language = "output", Code = "web-… 1/1 Running", SampleOf = "step-1/1" };

        var cut = Render<RunnableBlock>(p => p.AddCascadingValue(Actions).Add(b => b.Block, sample).Add(b => b.Provider, "sandbox").Add(b => b.CanRun, true));

        Assert.Equal("output, for example", cut.Find(".block-lang").TextContent);
        Assert.Empty(cut.FindAll("button.run"));
    }

    [Fact]
    public void Block_RunFailed_ShowsEachCommandsStateAndOutput()
    {
        var cut = RenderBlock("step-1/1", p => p.Add(b => b.Run, Run("step-1/1", RunPhase.Failed,
            Command(0, "kubectl apply -f app.yaml", RunPhase.Failed, 1, "\u001b[31merror\u001b[0m: <no file>"),
            Command(1, "kubectl get pods", RunPhase.Waiting))));

        Assert.Equal("failed at command 1 · exit 1", cut.Find(".block-status .status").TextContent.Trim());
        Assert.Equal(["cmd bad", "cmd idle"], cut.FindAll(".cmd").Select(c => c.ClassName));
        Assert.Contains("exit 1 · 0.2s", cut.Find(".cmd.bad .cmd-state").TextContent, StringComparison.Ordinal);
        Assert.Equal("error", cut.Find(".output .ansi-fg-1").TextContent);
        Assert.Contains("<no file>", cut.Find(".output").TextContent, StringComparison.Ordinal);
        Assert.Equal("# first", cut.Find(".between").TextContent);
    }

    [Fact]
    public void Block_Running_OffersStopOnly()
    {
        var cut = RenderBlock("step-1/1", p => p.Add(b => b.Run, Run("step-1/1", RunPhase.Running, Command(0, "kubectl apply -f app.yaml", RunPhase.Running))));

        Assert.Empty(cut.FindAll("button.run"));
        cut.Find("button.danger").Click();

        Assert.Equal("stop", Assert.Single(Session.Calls));
    }

    [Fact]
    public void OneCommand_Clicked_RunsOnlyThat()
    {
        var cut = RenderBlock(
            "step-1/1",
            p =>
                p.Add(
                    b => b.Run,
                    Run(
                        "step-1/1",
                        RunPhase.Succeeded,
                        Command(0, "kubectl apply -f app.yaml", RunPhase.Succeeded, 0),
                        Command(1, "kubectl get pods", RunPhase.Succeeded, 0)
                    )
                )
        );

        cut.FindAll(".cmd-run")[1].Click();

        Assert.Equal(1, Assert.Single(Session.Runs).Options.Command);
    }

    [Fact]
    public void Edit_ChangedAndRun_SendsTheText()
    {
        var cut = RenderBlock("step-1/1");

        cut.Find("[aria-label='Edit and run']").Click();
        Write("kubectl get svc");
        cut.Find(".block-edit .primary").Click();

        Assert.Equal("kubectl get svc", Assert.Single(Session.Runs).Options.Code);
        Assert.Empty(cut.FindAll("textarea"));
    }

    [Fact]
    public void Block_EditedRun_SaysSoAndKeepsItsOwnCode()
    {
        var run = Run("step-1/1", RunPhase.Succeeded, Command(0, "kubectl get svc", RunPhase.Succeeded, 0)) with { Edited = true };

        var cut = RenderBlock("step-1/1", p => p.Add(b => b.Run, run));

        Assert.Contains("edited", cut.Find(".block-head").TextContent, StringComparison.Ordinal);
        Assert.Contains("kubectl apply -f app.yaml", cut.Find(".block-code").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Refused_ShowsTheReason()
    {
        Session.Refuse = "The cluster is being reset. Wait for it.";
        var snackbar = Render<MudBlazor.MudSnackbarProvider>();
        var cut = RenderBlock("step-1/1");

        cut.Find("button.run").Click();

        snackbar.WaitForAssertion(() => Assert.Contains("The cluster is being reset", snackbar.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_MoreThanTheLimit_SaysSoAtTheBlockAndRunsNothing()
    {
        RunsPerMinute = 1;
        var cut = RenderBlock("step-1/1");
        cut.Find("button.run").Click();

        cut.Find("button.run").Click();

        Assert.Single(Session.Runs);
        var refusal = cut.Find(".refused[role=alert]").TextContent;
        Assert.Contains("You started 1 runs within a minute", refusal, StringComparison.Ordinal);
        Assert.Contains("Wait 60 s, then run it again", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void OneCommand_MoreThanTheLimit_RunsNothing()
    {
        RunsPerMinute = 1;
        var cut = RenderBlock(
            "step-1/1",
            p =>
                p.Add(
                    b => b.Run,
                    Run(
                        "step-1/1",
                        RunPhase.Succeeded,
                        Command(0, "kubectl apply -f app.yaml", RunPhase.Succeeded, 0),
                        Command(1, "kubectl get pods", RunPhase.Succeeded, 0)
                    )
                )
        );
        cut.FindAll(".cmd-run")[0].Click();

        cut.FindAll(".cmd-run")[1].Click();

        Assert.Equal(0, Assert.Single(Session.Runs).Options.Command);
        Assert.NotNull(cut.Find(".refused"));
    }

    [Fact]
    public void Edit_MoreThanTheLimit_KeepsWhatWasWritten()
    {
        RunsPerMinute = 1;
        var cut = RenderBlock("step-1/1");
        cut.Find("button.run").Click();

        cut.Find("[aria-label='Edit and run']").Click();
        Write("kubectl get svc");
        cut.Find(".block-edit .primary").Click();

        Assert.Single(Session.Runs);
        Assert.NotNull(cut.Find(".refused"));
        Assert.Equal("kubectl get svc", cut.Find("textarea").GetAttribute("value"));
    }

    [Fact]
    public void Edit_NothingOrTooMuch_IsSaidAndNotRun()
    {
        var cut = RenderBlock("step-1/1");
        cut.Find("[aria-label='Edit and run']").Click();

        Write(" \n");
        cut.Find(".block-edit .primary").Click();
        Assert.Contains("nothing to run", cut.Find(".refused").TextContent, StringComparison.Ordinal);

        Write(new string('#', CodeEdit.MaxBytes + 1));
        cut.Find(".block-edit .primary").Click();
        Assert.Contains("more than 1024 KiB", cut.Find(".refused").TextContent, StringComparison.Ordinal);
        Assert.Empty(Session.Runs);
    }

    [Fact]
    public void Edit_ClosedAndOpened_KeepsTheDraft()
    {
        var cut = RenderBlock("step-1/1");
        cut.Find("[aria-label='Edit and run']").Click();
        Write("kubectl get nodes");

        cut.Find("[aria-label='Edit and run']").Click();
        cut.Find("[aria-label='Edit and run']").Click();

        Assert.Equal("kubectl get nodes", cut.Find("textarea").GetAttribute("value"));
    }

    /// <summary>What the browser has in the box.</summary>
    private void Write(string text) => _box.SetResult(new TypedText(text));

    private sealed class TypedText(string text) : IJSStreamReference
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

        public long Length => _bytes.Length;

        public ValueTask<Stream> OpenReadStreamAsync(long maxAllowedSize, CancellationToken cancellationToken) =>
            new(new MemoryStream(_bytes));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private IRenderedComponent<RunnableBlock> RenderBlock(
        string id,
        Action<ComponentParameterCollectionBuilder<RunnableBlock>>? more = null,
        bool canRun = true
    ) => RenderBlock(Block(id), more, canRun);

    private IRenderedComponent<RunnableBlock> RenderBlock(
        Block block,
        Action<ComponentParameterCollectionBuilder<RunnableBlock>>? more = null,
        bool canRun = true
    ) =>
        Render<RunnableBlock>(p =>
        {
            p.AddCascadingValue(Actions)
                .Add(b => b.Block, block)
                .Add(b => b.Provider, "sandbox")
                .Add(b => b.CanRun, canRun);
            more?.Invoke(p);
        });
}
