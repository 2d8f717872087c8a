using Bunit;
using MudBlazor;
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
        var cut = Render<ClusterChip>(p => p.Add(c => c.Snapshot, snapshot).Add(c => c.Actions, Actions));

        cut.Find("button").Click();

        popovers.WaitForAssertion(() => Assert.Contains(item, popovers.Markup, StringComparison.Ordinal));
    }
}
