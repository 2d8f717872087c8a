using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Portal.Classroom.Progress;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>What learning platforms have heard of their learners.</summary>
public abstract class PlatformScoreTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddYears(50);

    [Fact]
    public async Task Scores_UntilTheyAreSent_WaitAlsoOverARestart()
    {
        var key = new ProgressKey("ada", "course", "lesson");
        string classId;
        await using (var host = await StartAsync())
        {
            classId = await RememberAsync(host);
            Assert.Empty(await host.PlatformScores.ListWaitingAsync("school", s_none));
            Assert.True(await host.PlatformScores.SetAsync(key, 1, 3, s_none));
            Assert.False(await host.PlatformScores.SetAsync(key with { LessonId = "other" }, 1, 3, s_none));
            await host.PlatformScores.StampAsync("score", s_now.AddMilliseconds(1), s_none);
            await host.PlatformScores.FailedAsync("score", "It is away.", s_now.AddHours(1), s_none);
        }

        await using var again = await StartAsync();
        Assert.Equal([key], await again.PlatformScores.ListKeysAsync(s_none));
        Assert.Empty(await again.PlatformScores.ListWaitingAsync("another", s_none));
        var waiting = Assert.Single(await again.PlatformScores.ListWaitingAsync("school", s_none));
        Assert.Equal((1, 3, 1, "It is away."), (waiting.Done, waiting.Total, waiting.Failures, waiting.Problem));
        Assert.Equal((s_now.AddMilliseconds(1), s_now.AddHours(1)), (waiting.Stamp, waiting.NextAt));
        var ofClass = Assert.Single(await again.PlatformScores.ListWaitingOfClassAsync(classId, s_none));
        Assert.Equal("Ada", ofClass.Learner!.Name);

        // While one was sent, the learner went on.
        await again.PlatformScores.SetAsync(key, 2, 3, s_none);
        await again.PlatformScores.SentAsync("score", 1, 3, s_none);
        Assert.Equal(2, Assert.Single(await again.PlatformScores.ListWaitingAsync("school", s_none)).Done);
        await again.PlatformScores.SentAsync("score", 2, 3, s_none);

        Assert.Empty(await again.PlatformScores.ListWaitingAsync("school", s_none));
        Assert.Equal(1, await again.PlatformScores.CountOfClassAsync(classId, s_none));
    }

    [Fact]
    public async Task Remember_Again_IsTriedAtOnceAndAnotherColumnHearsAll()
    {
        await using var host = await StartAsync();
        var classId = await RememberAsync(host);
        await host.PlatformScores.SetAsync(new("ada", "course", "lesson"), 1, 3, s_none);
        await host.PlatformScores.SentAsync("score", 1, 3, s_none);
        await host.PlatformScores.FailedAsync("score", "No.", s_now.AddHours(1), s_none);

        await host.PlatformScores.RememberAsync(Score(classId), s_none);
        Assert.Empty(await host.PlatformScores.ListWaitingAsync("school", s_none));
        await host.PlatformScores.RememberAsync(Score(classId, "https://school.example/2"), s_none);
        await host.PlatformScores.SetAsync(new("ada", "course", "lesson"), 1, 3, s_none);

        var waiting = Assert.Single(await host.PlatformScores.ListWaitingAsync("school", s_none));
        Assert.Equal(
            ("https://school.example/2", s_now, 0),
            (waiting.LineItem, waiting.NextAt, waiting.Failures)
        );
    }

    [Fact]
    public async Task Found_Column_IsTheClassmatesToo()
    {
        await using var host = await StartAsync();
        var classId = await EnterAsync(host);
        await host.Learners.EnsureAsync("eve", "Eve", s_none);
        foreach (var learner in (string[])["ada", "eve"])
        {
            await host.PlatformScores.RememberAsync(ToFind(classId, learner, "link-1"), s_none);
            await host.PlatformScores.SetAsync(new(learner, "course", "lesson"), 1, 3, s_none);
        }
        await host.PlatformScores.RememberAsync(ToFind(classId, "ada", "link-2"), s_none);
        await host.PlatformScores.SetAsync(new("ada", "course", "lesson"), 1, 3, s_none);

        await host.PlatformScores.FoundAsync(ToFind(classId, "ada", "link-1"), "https://school.example/9", s_none);
        await host.PlatformScores.SentAsync("link-1 ada", 1, 3, s_none);
        await host.PlatformScores.RememberAsync(ToFind(classId, "ada", "link-1"), s_none);

        var waiting = await host.PlatformScores.ListWaitingAsync("school", s_none);
        Assert.Equal(
            [("link-1 eve", "https://school.example/9"), ("link-2 ada", "")],
            waiting.Select(s => (s.Id, s.LineItem)).Order()
        );
        await host.PlatformScores.LostAsync(waiting.Single(s => s.Id == "link-1 eve"), s_none);

        waiting = await host.PlatformScores.ListWaitingAsync("school", s_none);
        Assert.Equal(["link-1 ada", "link-1 eve", "link-2 ada"], waiting.Select(s => s.Id).Order());
        Assert.All(waiting, s => Assert.Equal("", s.LineItem));
    }

    [Fact]
    public async Task Enter_ScoreProblem_IsThatOfTheLatestLaunch()
    {
        await using var host = await StartAsync();
        var classId = await EnterAsync(host);
        Assert.Null(await host.PlatformScores.FindProblemAsync(classId, s_none));

        await host.PlatformClasses.EnterAsync(Entry("ada") with { ScoreProblem = new string('x', 900) }, s_none);
        var problem = await host.PlatformScores.FindProblemAsync(classId, s_none);
        await EnterAsync(host);

        Assert.Equal(new string('x', PlatformScore.ProblemMaxLength), problem);
        Assert.Null(await host.PlatformScores.FindProblemAsync(classId, s_none));
    }

    [Fact]
    public async Task Remember_AtOnce_IsOneScore()
    {
        await using var host = await StartAsync();
        var classId = await EnterAsync(host);

        await Task.WhenAll(
            Enumerable
                .Range(0, 5)
                .Select(_ => Task.Run(() => host.PlatformScores.RememberAsync(Score(classId), s_none)))
        );

        Assert.Equal(1, await host.PlatformScores.CountOfClassAsync(classId, s_none));
    }

    [Fact]
    public async Task Remove_LearnerOrClass_TakesTheScoreAlong()
    {
        await using var host = await StartAsync();
        var classId = await RememberAsync(host);
        await host.Learners.EnsureAsync("grace", "Grace", s_none);
        await host.Learners.RemoveAsync("ada", "grace", s_none);
        Assert.Equal(0, await host.PlatformScores.CountOfClassAsync(classId, s_none));
        await host.PlatformScores.SentAsync("score", 1, 1, s_none);

        classId = await RememberAsync(host);
        await host.Life.DeleteAsync(classId, s_none);

        Assert.Empty(await host.PlatformScores.ListKeysAsync(s_none));
    }

    private static async Task<string> RememberAsync(ClassroomHost host)
    {
        var classId = await EnterAsync(host);
        await host.PlatformScores.RememberAsync(Score(classId), s_none);
        return classId;
    }

    private static async Task<string> EnterAsync(ClassroomHost host)
    {
        await host.Learners.EnsureAsync("ada", "Ada", s_none);
        return (await host.PlatformClasses.EnterAsync(Entry("ada"), s_none)).Id;
    }

    private static PlatformScore Score(string classId, string lineItem = "https://school.example/1") =>
        new()
        {
            Id = "score",
            PlatformKey = "school",
            LearnerId = "ada",
            ClassId = classId,
            CourseId = "course",
            LessonId = "lesson",
            UserId = "sub-ada",
            LineItem = lineItem,
            NextAt = s_now,
        };

    private static PlatformScore ToFind(string classId, string learner, string link) =>
        new()
        {
            Id = $"{link} {learner}",
            PlatformKey = "school",
            LearnerId = learner,
            ClassId = classId,
            CourseId = "course",
            LessonId = "lesson",
            UserId = "sub-" + learner,
            LineItem = "",
            LineItems = "https://school.example/columns",
            LinkId = link,
            Title = "Traffic",
            NextAt = s_now,
        };

    private static PlatformEntry Entry(string person) =>
        new("context", "Platform engineering", "course", "lesson", "Lesson", person, "", false);
}

public sealed class SqlitePlatformScoreTests() : PlatformScoreTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlPlatformScoreTests() : PlatformScoreTests(DatabaseKind.PostgreSql);
