using Portal.Classroom.Board;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Testing;
using Xunit;

namespace Portal.Classroom.Tests;

public abstract class ClassBoardTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly DateTimeOffset s_noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly CancellationTokenSource _limit = new(TestTimeouts.Default);

    public override void Dispose()
    {
        _limit.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task WatchAsync_SectionRecorded_ShowsIt()
    {
        await using var host = await StartAsync();
        var (classId, learners) = await MakeClassAsync(host, "Ada", "Bea");
        await using var boards = host.Board.WatchAsync(classId, _limit.Token).GetAsyncEnumerator();
        Assert.True(await boards.MoveNextAsync());
        Assert.Equal(["Ada", "Bea"], boards.Current.Learners.Select(l => l.Name));

        await host.Progress.RecordSectionAsync(Key(learners[1]), new SectionFact("step-2", "step", SectionStatus.Completed, s_noon), _limit.Token);

        var board = await UntilAsync(boards, b => b.Learners[1].Cells.ContainsKey("step-2"));
        Assert.Equal(SectionStatus.Completed, board.Learners[1].Cells["step-2"].Status);
        Assert.Equal(new SectionDistribution(1, 0, 1, 0), board.Distribution("step-2"));
    }

    [Fact]
    public async Task WatchAsync_ClockSetBack_ShowsWhereLearnersAreNowAndNoNegativeTime()
    {
        var time = new SetTime();
        await using var host = await StartAsync(time);
        var (classId, learners) = await MakeClassAsync(host, "Ada");
        await RecordAsync("step-1", SectionStatus.InProgress);

        time.Offset = TimeSpan.FromHours(-1);
        await RecordAsync("step-1", SectionStatus.Completed);
        await RecordAsync("step-2", SectionStatus.InProgress);

        await using var boards = host.Board.WatchAsync(classId, _limit.Token).GetAsyncEnumerator();
        Assert.True(await boards.MoveNextAsync());
        var ada = boards.Current.Learners.Single();
        Assert.Equal("step-2", ada.CurrentSectionId);
        Assert.Equal(TimeSpan.Zero, ada.Cells["step-1"].TimeOnStep);

        Task RecordAsync(string section, SectionStatus status) =>
            host.Progress.RecordSectionAsync(
                Key(learners[0]),
                new SectionFact(section, "step", status, time.GetUtcNow()),
                _limit.Token
            );
    }

    [Fact]
    public async Task WatchAsync_LearnersFailTheSameCheck_AreOneGroup()
    {
        await using var host = await StartAsync();
        var (classId, learners) = await MakeClassAsync(host, "Ada", "Bea", "Cleo");
        foreach (var learner in learners[..2])
        {
            await host.Progress.RecordSectionAsync(
                Key(learner),
                new SectionFact("exercise-1", "exercise", SectionStatus.InProgress, s_noon),
                _limit.Token
            );
            await host.Progress.RecordCheckAsync(
                Key(learner),
                new CheckFact("exercise-1", "canary", CheckStatus.NotYet, 0, "weights are 50/50", null, s_noon),
                _limit.Token
            );
        }

        await using var boards = host.Board.WatchAsync(classId, _limit.Token).GetAsyncEnumerator();
        var board = await UntilAsync(boards, b => b.Stuck.Length > 0);

        var group = Assert.Single(board.Stuck);
        Assert.Equal(("exercise-1", "canary", "weights are 50/50"), (group.SectionId, group.CheckId, group.Message));
        Assert.Equal(learners[..2], group.LearnerIds);
    }

    [Fact]
    public async Task WatchAsync_LearnersFailACheckInTwoWays_SaysWhatMostHaveInCommon()
    {
        await using var host = await StartAsync();
        var (classId, learners) = await MakeClassAsync(host, "Ada", "Bea", "Cleo");
        foreach (
            var (learner, message) in learners.Zip([
                "no such host",
                "reviews has no subset v2",
                "reviews has no subset v2",
            ])
        )
        {
            await host.Progress.RecordSectionAsync(
                Key(learner),
                new SectionFact("exercise-1", "exercise", SectionStatus.InProgress, s_noon),
                _limit.Token
            );
            await host.Progress.RecordCheckAsync(
                Key(learner),
                new CheckFact("exercise-1", "canary", CheckStatus.NotYet, 0, message, null, s_noon),
                _limit.Token
            );
        }

        await using var boards = host.Board.WatchAsync(classId, _limit.Token).GetAsyncEnumerator();
        var board = await UntilAsync(boards, b => b.Stuck.Length > 0);

        var group = Assert.Single(board.Stuck);
        Assert.Equal(("reviews has no subset v2", 2), (group.Message, group.Same));
        Assert.Equal(["no such host"], group.OtherMessages);
        Assert.Equal([learners[1], learners[2], learners[0]], group.LearnerIds);
    }

    [Fact]
    public async Task WatchAsync_RunFails_LearnerIsStuckUntilItSucceeds()
    {
        await using var host = await StartAsync();
        var (classId, learners) = await MakeClassAsync(host, "Ada");
        await host.Progress.RecordSectionAsync(Key(learners[0]), new SectionFact("step-1", "step", SectionStatus.InProgress, s_noon), _limit.Token);
        await host.Progress.RecordRunAsync(Key(learners[0]), new RunFact("step-1", "step-1/1", RunStatus.Failed, 1, TimeSpan.FromSeconds(2), s_noon), _limit.Token);
        await using var boards = host.Board.WatchAsync(classId, _limit.Token).GetAsyncEnumerator();

        var stuck = await UntilAsync(boards, b => b.Stuck.Length > 0);
        await host.Progress.RecordRunAsync(Key(learners[0]), new RunFact("step-1", "step-1/1", RunStatus.Succeeded, -1, TimeSpan.FromSeconds(2), s_noon.AddMinutes(1)), _limit.Token);
        var free = await UntilAsync(boards, b => b.Stuck.Length == 0);

        Assert.Equal("command 2 failed", stuck.Stuck[0].Message);
        Assert.Empty(free.Stuck);
    }

    [Fact]
    public async Task WatchAsync_PageOpens_LearnerIsOnline()
    {
        await using var host = await StartAsync();
        var (classId, learners) = await MakeClassAsync(host, "Ada");
        await using var boards = host.Board.WatchAsync(classId, _limit.Token).GetAsyncEnumerator();
        await UntilAsync(boards, b => !b.Learners[0].Online);

        var page = host.Presence.Enter(learners[0], "course", "lesson");
        await UntilAsync(boards, b => b.Learners[0].Online);
        page.Dispose();
        page.Dispose();
        var board = await UntilAsync(boards, b => !b.Learners[0].Online);

        Assert.False(board.Learners[0].Online);
    }

    [Fact]
    public async Task WatchAsync_UnknownClass_Ends()
    {
        await using var host = await StartAsync();

        await using var boards = host.Board.WatchAsync("nothing", _limit.Token).GetAsyncEnumerator();

        Assert.False(await boards.MoveNextAsync());
    }

    [Fact]
    public async Task EnrolAsync_Twice_KeepsOneRow()
    {
        await using var host = await StartAsync();
        var (classId, learners) = await MakeClassAsync(host, "Ada");

        await host.Classes.EnrolAsync(classId, learners[0], _limit.Token);

        Assert.Single((await host.Classes.FindAsync(classId, _limit.Token))!.Enrolments);
    }

    [Fact]
    public async Task FindByJoinCodeAsync_TypedInSmallLetters_FindsTheClass()
    {
        await using var host = await StartAsync();
        var created = await host.Classes.CreateAsync(
            "Monday",
            "course",
            "lesson",
            (await host.Learners.EnsureAsync("teacher", "Teacher", _limit.Token)).Id,
            _limit.Token
        );

        var found = await host.Life.FindByJoinCodeAsync($" {created.JoinCode.ToLowerInvariant()} ", _limit.Token);

        Assert.Equal(created.Id, found?.Id);
    }

    private static ProgressKey Key(string learner) => new(learner, "course", "lesson");

    private async Task<(string ClassId, string[] Learners)> MakeClassAsync(ClassroomHost host, params string[] names)
    {
        var created = await host.Classes.CreateAsync(
            "Monday",
            "course",
            "lesson",
            (await host.Learners.EnsureAsync("teacher", "Teacher", _limit.Token)).Id,
            _limit.Token
        );
        var ids = new List<string>();
        foreach (var name in names)
        {
            var learner = await host.Learners.AddAsync(name, _limit.Token);
            await host.Classes.EnrolAsync(created.Id, learner.Id, _limit.Token);
            ids.Add(learner.Id);
        }
        return (created.Id, [.. ids]);
    }

    private static async Task<ClassBoard> UntilAsync(IAsyncEnumerator<ClassBoard> boards, Func<ClassBoard, bool> condition)
    {
        while (await boards.MoveNextAsync())
        {
            if (condition(boards.Current)) return boards.Current;
        }
        throw new InvalidOperationException("The board ended.");
    }
}

public sealed class SqliteClassBoardTests() : ClassBoardTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlClassBoardTests() : ClassBoardTests(DatabaseKind.PostgreSql);
