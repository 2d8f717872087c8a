using Bunit;
using MudBlazor;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class ClusterChipTests : LessonContext
{
    [Theory]
    [InlineData("sandbox", "Delete my cluster…")]
    [InlineData("kind", "Delete my cluster…")]
    [InlineData("kubeconfig", "Delete my workspace…")]
    public void Menu_SaysWhatIsDeleted(string provider, string item)
    {
        var popovers = Render<MudPopoverProvider>();
        var snapshot = Session.Current with { Cluster = Session.Current.Cluster with { Provider = provider } };
        var cut = RenderChip(snapshot);

        cut.Find("button").Click();

        popovers.WaitForAssertion(() => Assert.Contains(item, popovers.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rewind_Confirmed_GoesBackToBeforeTheLastStepUnlessAnotherIsChosen()
    {
        var (popovers, dialogs) = (Render<MudPopoverProvider>(), Render<MudDialogProvider>());
        Session.Push(s => s with { Checkpoints = ["step-1", "exercise-1"] });
        var cut = RenderChip(Session.Current);

        await cut.Find("button").ClickAsync(new());
        popovers
            .WaitForElements(".mud-menu-item")
            .First(i => i.TextContent.Contains("Back to before a step…", StringComparison.Ordinal))
            .Click();
        await dialogs.WaitForElement(".mud-dialog .button.danger").ClickAsync(new());

        cut.WaitForAssertion(() => Assert.Equal("rewind exercise-1", Assert.Single(Session.Calls)));
        Assert.Null(Session.Current.Intervention);
    }

    [Fact]
    public void Rewind_RealCluster_IsNotOffered()
    {
        var popovers = Render<MudPopoverProvider>();
        Session.Push(s =>
            s with
            {
                Cluster = s.Cluster with { Capabilities = s.Cluster.Capabilities! with { Checkpoints = false } },
            }
        );
        var cut = RenderChip(Session.Current);

        cut.Find("button").Click();

        popovers.WaitForAssertion(() => Assert.Contains("Reset cluster…", popovers.Markup, StringComparison.Ordinal));
        Assert.DoesNotContain("Back to before", popovers.Markup, StringComparison.Ordinal);
    }

    private IRenderedComponent<ClusterChip> RenderChip(SessionSnapshot snapshot) =>
        Render<ClusterChip>(p =>
            p.Add(c => c.Lesson, Lesson).Add(c => c.Snapshot, snapshot).Add(c => c.Actions, Actions)
        );
}
