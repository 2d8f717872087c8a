using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class WorkspaceDeletionTests : SessionFixture
{
    private static readonly LessonSessionKey s_old = Key with { LearnerId = "old" };
    private static readonly LessonSessionKey s_recent = Key with { LearnerId = "recent" };

    private readonly SetTime _time = new();

    protected override TimeProvider Time => _time;

    private IdleSweep Sweep => new(Sessions, Factory);

    private string DirectoryOf(LessonSessionKey key) => Factory.WorkspaceDirectory(key);

    private void Use(LessonSessionKey key, int daysAgo) =>
        WorkspaceRecord.Touch(DirectoryOf(key), key, "sandbox", TimeProvider.System.GetUtcNow().AddDays(-daysAgo));

    [Fact]
    public async Task DeleteAsync_RunningSession_EndsItAndDeletesClusterAndFiles()
    {
        var session = await OpenAsync();
        Assert.True(Directory.Exists(DirectoryOf(Key)));

        await Sessions.DeleteAsync(Key, CancellationToken.None).DefaultTimeout();

        Assert.Equal(ClusterPhase.Deleted, session.Current.Cluster.Phase);
        Assert.Equal([Key.Cluster], Provider.Deleted);
        Assert.Equal(0, Provider.Outstanding);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Factory.WorkspacesRoot));
        Assert.Null(Sessions.Find(Key));
        Assert.NotSame(session, await OpenAsync());
    }

    [Fact]
    public async Task DeleteAsync_ClusterCannotBeDeleted_SaysWhyAndKeepsTheRecord()
    {
        var session = await OpenAsync();
        Provider.DeleteFailure = new ClusterUnavailableException("No Docker.", "Start it.");

        var error = await Assert
            .ThrowsAsync<ClusterUnavailableException>(() => Sessions.DeleteAsync(Key, CancellationToken.None))
            .DefaultTimeout();

        Assert.Equal(("No Docker.", ClusterPhase.Gone), (error.Message, session.Current.Cluster.Phase));
        Assert.Contains(WorkspaceRecord.FindAll(Factory.WorkspacesRoot), r => r.Record.Key == Key);
    }

    [Fact]
    public async Task OpenAsync_WhileClusterIsDeleted_WaitsForTheEndOfThat()
    {
        Use(s_old, 100);
        var hold = Provider.Hold("delete");
        var sweep = Sweep.SweepAsync(CancellationToken.None);

        var opening = Sessions.OpenAsync(s_old, CancellationToken.None);
        Assert.False(opening.IsCompleted);
        hold.SetResult();

        await sweep.DefaultTimeout();
        await opening.DefaultTimeout();
        Assert.Equal([s_old.Cluster], Provider.Deleted);
    }

    [Fact]
    public async Task SweepAsync_AfterARestart_DeletesWhatWasNotUsedForTheDaysAndNothingElse()
    {
        await OpenAsync();
        Use(Key, 100);
        Use(s_old, 15);
        Use(s_recent, 13);
        Directory.CreateDirectory(Path.Combine(Factory.WorkspacesRoot, "somebody", "elses", "files"));

        await Sweep.SweepAsync(CancellationToken.None).DefaultTimeout();

        Assert.Equal([s_old.Cluster], Provider.Deleted);
        Assert.False(Directory.Exists(DirectoryOf(s_old)));
        Assert.True(Directory.Exists(DirectoryOf(s_recent)) && Directory.Exists(DirectoryOf(Key)));
        Assert.True(Directory.Exists(Path.Combine(Factory.WorkspacesRoot, "somebody", "elses", "files")));

        await RestartAsync();
        Use(Key, 14);
        await Sweep.SweepAsync(CancellationToken.None).DefaultTimeout();
        Assert.Equal([s_old.Cluster, Key.Cluster], Provider.Deleted);
    }

    [Fact]
    public async Task SweepAsync_ClockSetForwards_DeletesNothing()
    {
        Use(s_recent, 1);
        Use(s_old, 100);
        var sweep = Sweep;

        _time.Offset = TimeSpan.FromDays(400);
        await sweep.SweepAsync(CancellationToken.None).DefaultTimeout();
        await sweep.SweepAsync(CancellationToken.None).DefaultTimeout();

        Assert.Empty(Provider.Deleted);
    }

    [Fact]
    public async Task SweepAsync_ClockSetBack_DeletesNothingThatWasUsed()
    {
        Use(s_recent, 1);
        var sweep = Sweep;

        _time.Offset = TimeSpan.FromDays(-400);
        await sweep.SweepAsync(CancellationToken.None).DefaultTimeout();
        _time.Offset = TimeSpan.Zero;
        await sweep.SweepAsync(CancellationToken.None).DefaultTimeout();

        Assert.Empty(Provider.Deleted);
    }

    [Fact]
    public async Task SweepAsync_OneCannotBeDeleted_DeletesTheOthersAndTriesItAgain()
    {
        Use(s_old, 15);
        Provider.DeleteFailure = new InvalidOperationException("injected");
        await Sweep.SweepAsync(CancellationToken.None).DefaultTimeout();
        Assert.True(Directory.Exists(DirectoryOf(s_old)));

        Provider.DeleteFailure = null;
        await Sweep.SweepAsync(CancellationToken.None).DefaultTimeout();

        Assert.False(Directory.Exists(DirectoryOf(s_old)));
    }

    [Fact]
    public async Task ResetAsync_Workspace_KeepsItsRecord()
    {
        var session = await OpenAsync();

        await session.ResetAsync(CancellationToken.None).DefaultTimeout();

        Assert.Contains(WorkspaceRecord.FindAll(Factory.WorkspacesRoot), r => r.Record.Key == Key);
    }
}
