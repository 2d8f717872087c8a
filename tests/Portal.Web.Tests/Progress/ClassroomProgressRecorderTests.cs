using Portal.Classroom.Model;
using Portal.Labs.Sessions;
using Xunit;

namespace Portal.Web.Tests.Progress;

public sealed class ClassroomProgressRecorderTests
{
    [Fact]
    public void Words_OfBothSides_AreTheSame()
    {
        Assert.Equal(Enum.GetNames<SectionPhase>(), Enum.GetNames<SectionStatus>());
        Assert.Equal(Enum.GetNames<RunPhase>(), Enum.GetNames<RunStatus>());
        Assert.Equal(Enum.GetNames<CheckPhase>().Except([nameof(CheckPhase.Checking)]).Order(), Enum.GetNames<CheckStatus>().Order());
    }
}
