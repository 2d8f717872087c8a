using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation.Bubblewrap;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Isolation;

public sealed class WorkspaceUsersTests : IDisposable
{
    private const string Root = "         0          0 4294967295\n";

    private readonly TempDirectory _directory = new();
    private readonly UserIdBlocks _blocks;

    public WorkspaceUsersTests() => _blocks = NewBlocks();

    public void Dispose()
    {
        _blocks.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Of_RootOfTheMachine_GivesEachWorkspaceItsOwn()
    {
        var users = new WorkspaceUsers("         0          0 4294967295\n", 0, _blocks);

        var (first, second) = (users.Of(Home("a"), []), users.Of(Home("b"), []));

        Assert.True(users.AreSeparate);
        Assert.Equal((200_000u, 200_001u), (first, second));
    }

    [Fact]
    public void Of_SubordinateIds_AreTheUpperOnes()
    {
        var users = new WorkspaceUsers("0 1000 1\n1 100000 65536\n", 0, _blocks);

        Assert.Equal(32_769u, users.Of(Home("a"), []));
    }

    [Theory]
    [InlineData("0 1000 1\n", 0u)]
    [InlineData("0 0 4294967295\n", 1000u)]
    public void Of_OneIdOnly_IsThePortals(string map, uint self)
    {
        var users = new WorkspaceUsers(map, self, _blocks);

        Assert.False(users.AreSeparate);
        Assert.Equal(self, users.Of(Home("a"), []));
    }

    [Fact]
    public void Of_AllTaken_SaysWhatToDo()
    {
        var users = new WorkspaceUsers("0 0 20000\n", 0, _blocks);
        for (var i = 0; i < 10_000; i++) users.Of(Home($"{i}"), []);

        Assert.Contains(
            "Portal:Labs:DeleteAfterIdleDays",
            Assert.Throws<WorkspaceException>(() => users.Of(Home("one more"), [])).Remedy,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Of_TwoPortalsOfRoot_GiveNoIdTwice()
    {
        using var otherBlocks = NewBlocks();
        var (users, others) = (new WorkspaceUsers(Root, 0, _blocks), new WorkspaceUsers(Root, 0, otherBlocks));

        Assert.Equal((200_000u, 220_000u), (users.Of(Home("a"), []), others.Of(Home("b"), [])));
        Assert.Equal(200_001u, users.Of(Home("c"), []));
    }

    [Fact]
    public void Take_AfterAPortalHasEnded_GivesItsBlockToWhoeverHadIt()
    {
        using var first = NewBlocks();
        first.Take(null);
        using (var second = NewBlocks()) Assert.Equal(220_000u, second.Take(null));
        first.Dispose();

        using var again = NewBlocks();

        Assert.Equal(220_000u, again.Take(220_123));
        Assert.Equal(220_000u, again.Take(null));
    }

    [Fact]
    public void Take_AllTaken_SaysWhatToDo()
    {
        var all = Enumerable.Range(0, (int)UserIdBlocks.Count).Select(_ => NewBlocks()).ToList();
        Assert.Equal(all.Count, all.Select(b => b.Take(null)).Distinct().Count());
        using var more = NewBlocks();

        Assert.Contains(
            "Stop one of them",
            Assert.Throws<WorkspaceException>(() => more.Take(null)).Remedy,
            StringComparison.Ordinal);
        all.ForEach(b => b.Dispose());
    }

    private UserIdBlocks NewBlocks() => new(Path.Combine(_directory.Path, "locks"));

    private string Home(string name) => Path.Combine(_directory.Path, name);
}
