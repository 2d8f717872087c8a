using System.Collections.Immutable;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Portal.Web.Components.Lessons;
using Xunit;

namespace Portal.Web.Tests.Lessons;

public sealed class NextSectionTests
{
    [Theory]
    [InlineData(SectionPhase.NotStarted, SectionPhase.NotStarted, "step-1", false)]
    [InlineData(SectionPhase.Completed, SectionPhase.InProgress, "exercise-1", false)]
    [InlineData(SectionPhase.InProgress, SectionPhase.BrokenAgain, "exercise-1", true)]
    [InlineData(SectionPhase.Completed, SectionPhase.Completed, null, false)]
    public void Of_HowTheSectionsStand_IsWhatIsBrokenThenWhatIsNotDone(
        SectionPhase step,
        SectionPhase exercise,
        string? expected,
        bool broken
    )
    {
        var snapshot = new SessionSnapshot
        {
            Cluster = new("sandbox", ClusterPhase.Ready, null, default, []),
            Sections = ImmutableDictionary<string, SectionProgress>
                .Empty.Add("step-1", new("step-1", step, null))
                .Add("exercise-1", new("exercise-1", exercise, null)),
        };

        var next = NextSection.Of(SampleLesson.Create(), snapshot);

        Assert.Equal((expected, broken), (next.Section?.Id, next.IsBroken));
    }
}
