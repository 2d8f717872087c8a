using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation.Bubblewrap;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Isolation;

public sealed class WorkspaceUsersTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Of_RootOfTheMachine_GivesEachWorkspaceItsOwn()
    {
        var users = new WorkspaceUsers("         0          0 4294967295\n", 0);

        var (first, second) = (users.Of(Home("a"), []), users.Of(Home("b"), []));

        Assert.True(users.AreSeparate);
        Assert.Equal((200_000u, 200_001u), (first, second));
    }

    [Fact]
    public void Of_SubordinateIds_AreTheUpperOnes()
    {
        var users = new WorkspaceUsers("0 1000 1\n1 100000 65536\n", 0);

        Assert.Equal(32_769u, users.Of(Home("a"), []));
    }

    [Theory]
    [InlineData("0 1000 1\n", 0u)]
    [InlineData("0 0 4294967295\n", 1000u)]
    public void Of_OneIdOnly_IsThePortals(string map, uint self)
    {
        var users = new WorkspaceUsers(map, self);

        Assert.False(users.AreSeparate);
        Assert.Equal(self, users.Of(Home("a"), []));
    }

    [Fact]
    public void Of_AllTaken_SaysWhatToDo()
    {
        var users = new WorkspaceUsers("0 0 20000\n", 0);
        for (var i = 0; i < 10_000; i++) users.Of(Home($"{i}"), []);

        Assert.Contains(
            "Portal:Labs:DeleteAfterIdleDays",
            Assert.Throws<WorkspaceException>(() => users.Of(Home("one more"), [])).Remedy,
            StringComparison.Ordinal
        );
    }

    private string Home(string name) => Path.Combine(_directory.Path, name);
}
