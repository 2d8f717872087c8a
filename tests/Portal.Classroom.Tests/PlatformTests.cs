using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>Classes of courses of learning platforms.</summary>
public abstract class PlatformTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;

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

    /// <summary>To another lesson of the same course.</summary>
    private static PlatformEntry Next(string person, bool teaches = false) =>
        Entry(person, teaches) with { LessonId = "next", LessonTitle = "Next" };

    private static PlatformEntry Entry(string person, bool teaches = false) =>
        new("context", "Platform engineering", "course", "lesson", "Lesson", person, "", teaches);
}

public sealed class SqlitePlatformTests() : PlatformTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlPlatformTests() : PlatformTests(DatabaseKind.PostgreSql);
