using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Portal.Classroom.Progress;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>Classes of learning platforms, and what those have heard of their learners.</summary>
public abstract class PlatformTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly DateTimeOffset s_now = DateTimeOffset.UnixEpoch.AddYears(50);

    [Fact]
    public async Task Enter_LearnerThenInstructor_MakesOneClassOfBoth()
    {
        await using var host = await StartAsync();
        var ada = await host.Learners.EnsureAsync("ada", "Ada", s_none);
        var grace = await host.Learners.EnsureAsync("grace", "Grace", s_none);

        var first = await host.PlatformClasses.EnterAsync(Entry(ada.Id), s_none);
        var second = await host.PlatformClasses.EnterAsync(Entry(grace.Id, teaches: true), s_none);

        Assert.Equal(first.Id, second.Id);
        var made = (await host.Classes.FindAsync(first.Id, s_none))!;
        Assert.Equal("Platform engineering", made.Name);
        Assert.Equal(["ada"], made.Enrolments.Select(e => e.LearnerId));
        Assert.Equal(["grace"], made.Instructors.Select(i => i.LearnerId));
        Assert.True(await host.Access.MaySeeAsync("grace", "ada", s_none));
    }

    [Fact]
    public async Task Enter_OtherLessonOrCourse_IsAnotherClass()
    {
        await using var host = await StartAsync();
        await host.Learners.EnsureAsync("ada", "Ada", s_none);

        await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);
        await host.PlatformClasses.EnterAsync(Entry("ada") with { LessonId = "next", LessonTitle = "Next" }, s_none);
        await host.PlatformClasses.EnterAsync(
            Entry("ada") with { ContextKey = "other", Title = " \t" + new string('x', 200) },
            s_none
        );
        await host.PlatformClasses.EnterAsync(Entry("ada") with { ContextKey = "third", Title = "" }, s_none);

        Assert.Equal(
            [
                "Platform engineering",
                "Platform engineering · Next",
                new string('x', SchoolClass.NameMaxLength - 1) + "…",
                "Lesson",
            ],
            (await host.Classes.ListAsync(s_none)).Select(c => c.Name)
        );
    }

    [Fact]
    public async Task Enter_NamesThatLookTheSame_AreNumbered()
    {
        await using var host = await StartAsync();
        foreach (var id in (string[])["a", "b", "c"])
        {
            await host.Learners.EnsureAsync(id, id == "b" ? "\u0410da" : "Ada", s_none);
            await host.PlatformClasses.EnterAsync(Entry(id), s_none);
            await host.PlatformClasses.EnterAsync(Entry(id), s_none);
        }

        var made = Assert.Single(await host.Classes.ListAsync(s_none));
        var names = (await host.Classes.FindAsync(made.Id, s_none))!.Enrolments.Select(e => e.Learner!.Name);
        Assert.Equal(["Ada", "\u0410da 2", "Ada 3"], names);
    }

    [Fact]
    public async Task Enter_LessonsOfOneCourse_HaveAllItsPeople()
    {
        await using var host = await StartAsync();
        foreach (var id in (string[])["ada", "eve", "grace", "late"])
            await host.Learners.EnsureAsync(id, id, s_none);
        await host.PlatformClasses.EnterAsync(Entry("grace", teaches: true), s_none);
        var first = await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);

        var second = await host.PlatformClasses.EnterAsync(Next("eve"), s_none);
        await host.PlatformClasses.EnterAsync(Entry("late"), s_none);
        var other = await host.PlatformClasses.EnterAsync(Entry("eve") with { ContextKey = "other" }, s_none);

        foreach (var id in (string[])[first.Id, second.Id])
        {
            var one = (await host.Classes.FindAsync(id, s_none))!;
            Assert.Equal(["ada", "eve", "late"], one.Enrolments.Select(e => e.LearnerId).Order());
            Assert.Equal(["grace"], one.Instructors.Select(i => i.LearnerId));
            var course = await host.PlatformClasses.ListCourseAsync(id, "grace", s_none);
            Assert.Equal([first.Id, second.Id], course.Select(c => c.Id));
            Assert.Empty(await host.PlatformClasses.ListCourseAsync(id, "ada", s_none));
        }
        Assert.Equal(
            ["eve"],
            (await host.Classes.FindAsync(other.Id, s_none))!.Enrolments.Select(e => e.LearnerId)
        );
        Assert.Empty(await host.PlatformClasses.ListCourseAsync(other.Id, "grace", s_none));
    }

    [Fact]
    public async Task Enter_OtherClassOfTheCourseIsClosed_StaysAsItIs()
    {
        await using var host = await StartAsync();
        await host.Learners.EnsureAsync("ada", "Ada", s_none);
        await host.Learners.EnsureAsync("eve", "Eve", s_none);
        var closed = await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);
        await host.Life.SetStateAsync(closed.Id, ClassState.Closed, s_none);

        var open = await host.PlatformClasses.EnterAsync(Next("eve"), s_none);

        Assert.Equal(2, (await host.Classes.FindAsync(open.Id, s_none))!.Enrolments.Count);
        Assert.Single((await host.Classes.FindAsync(closed.Id, s_none))!.Enrolments);
        await Assert.ThrowsAsync<ClassroomException>(() => host.PlatformClasses.EnterAsync(Entry("eve"), s_none));
        await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);
    }

    [Fact]
    public async Task Enter_TeachesOneLesson_TeachesTheCourse()
    {
        await using var host = await StartAsync();
        await host.Learners.EnsureAsync("ada", "Ada", s_none);
        await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);
        await host.PlatformClasses.EnterAsync(Next("ada", teaches: true), s_none);
        var classes = await host.Classes.ListAsync(s_none);
        Assert.Equal(2, classes.Length);
        Assert.All(classes, c => Assert.Equal((0, 1), (c.Enrolments.Count, c.Instructors.Count)));

        await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);

        classes = await host.Classes.ListAsync(s_none);
        Assert.All(classes, c => Assert.Equal((1, 0), (c.Enrolments.Count, c.Instructors.Count)));
    }

    [Theory]
    [InlineData("Ada King", "Ada King")]
    [InlineData("  Ada   King ", "Ada King")]
    [InlineData("Eve", "Eve 2")]
    [InlineData("\u0415ve", "\u0415ve 2")]
    [InlineData("Ada", "Ada")]
    [InlineData("", "Ada")]
    [InlineData("A\u200Bda", "Ada")]
    public async Task Enter_NameThatChangedThere_IsTheNameHere(string name, string expected)
    {
        await using var host = await StartAsync();
        await host.Learners.EnsureAsync("ada", "Ada", s_none);
        await host.Learners.EnsureAsync("eve", "Eve", s_none);
        await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);
        await host.PlatformClasses.EnterAsync(Next("eve"), s_none);

        await host.PlatformClasses.EnterAsync(Entry("ada") with { PersonName = name }, s_none);
        await host.PlatformClasses.EnterAsync(Entry("ada") with { PersonName = name }, s_none);

        Assert.Equal(expected, (await host.Learners.FindAsync("ada", s_none))!.Name);
        await host.PlatformClasses.EnterAsync(Entry("ada", teaches: true) with { PersonName = "Dr Ada" }, s_none);
        Assert.Equal("Dr Ada", (await host.Learners.FindAsync("ada", s_none))!.Name);
    }

    [Fact]
    public async Task Enter_DeletedClass_IsMadeAnew()
    {
        await using var host = await StartAsync();
        await host.Learners.EnsureAsync("ada", "Ada", s_none);
        var first = await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);
        await host.Life.DeleteAsync(first.Id, s_none);

        var second = await host.PlatformClasses.EnterAsync(Entry("ada"), s_none);

        Assert.NotEqual(first.Id, second.Id);
        Assert.Single(await host.Classes.ListAsync(s_none));
    }

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

    /// <summary>To another lesson of the same course.</summary>
    private static PlatformEntry Next(string person, bool teaches = false) =>
        Entry(person, teaches) with { LessonId = "next", LessonTitle = "Next" };

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

    private static PlatformEntry Entry(string person, bool teaches = false) =>
        new("context", "Platform engineering", "course", "lesson", "Lesson", person, "", teaches);
}

public sealed class SqlitePlatformTests() : PlatformTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlPlatformTests() : PlatformTests(DatabaseKind.PostgreSql);
