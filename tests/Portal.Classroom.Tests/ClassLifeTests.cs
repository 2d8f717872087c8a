using Microsoft.Extensions.Time.Testing;
using Portal.Classroom.Model;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>A class from its first learner to its end.</summary>
public abstract class ClassLifeTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    private FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Join_GoodCode_EnrolsOnce()
    {
        await using var host = await StartAsync(Time);
        var (created, ada) = (await MakeClassAsync(host), await AddAsync(host, "Ada"));
        await host.Life.RenewJoinCodeAsync(created.Id, null, 1, s_none);
        var code = await CodeAsync(host, created.Id);

        await host.Life.JoinAsync(code.ToLowerInvariant().Insert(4, "-"), ada, s_none);
        await Assert.ThrowsAsync<ClassroomException>(() => host.Life.FindByJoinCodeAsync(code, s_none));

        Assert.Equal([ada], (await host.Classes.FindAsync(created.Id, s_none))!.Enrolments.Select(e => e.LearnerId));
    }

    [Fact]
    public async Task Join_LastUseWantedByMany_EnrolsOne()
    {
        await using var host = await StartAsync(Time);
        var created = await MakeClassAsync(host);
        await host.Life.RenewJoinCodeAsync(created.Id, null, 1, s_none);
        var code = await CodeAsync(host, created.Id);
        var learners = new List<string>();
        for (var i = 0; i < 6; i++)
            learners.Add(await AddAsync(host, $"Learner {(char)('a' + i)}"));

        var joins = await Task.WhenAll(
            learners.Select(l =>
                Record.ExceptionAsync(() => Task.Run(() => host.Life.JoinAsync(code, l, s_none))).AsTask()
            )
        );

        Assert.Single(joins, e => e is null);
        Assert.All(joins.Where(e => e is not null), e => Assert.IsType<ClassroomException>(e));
        Assert.Single((await host.Classes.FindAsync(created.Id, s_none))!.Enrolments);
    }

    [Theory]
    [InlineData("other code")]
    [InlineData("expired")]
    [InlineData("closed")]
    [InlineData("archived")]
    [InlineData("replaced")]
    public async Task Join_CodeThatDoesNotWork_SaysTheSame(string reason)
    {
        await using var host = await StartAsync(Time);
        var (created, ada) = (await MakeClassAsync(host), await AddAsync(host, "Ada"));
        await host.Life.RenewJoinCodeAsync(created.Id, TimeSpan.FromHours(1), 5, s_none);
        var code = reason == "other code" ? "AAAAAAAA" : await CodeAsync(host, created.Id);
        if (reason == "expired")
            Time.Advance(TimeSpan.FromHours(1));
        if (reason == "closed")
            await host.Life.SetStateAsync(created.Id, ClassState.Closed, s_none);
        if (reason == "archived")
            await host.Life.SetStateAsync(created.Id, ClassState.Archived, s_none);
        if (reason == "replaced")
            await host.Life.RenewJoinCodeAsync(created.Id, null, null, s_none);

        var e = await Assert.ThrowsAsync<ClassroomException>(() => host.Life.JoinAsync(code, ada, s_none));

        Assert.StartsWith("No class can be joined with this code now.", e.Message, StringComparison.Ordinal);
        Assert.Empty((await host.Classes.FindAsync(created.Id, s_none))!.Enrolments);
    }

    [Fact]
    public async Task Join_NameLooksLikeAClassmates_IsRefusedAndCostsNoUse()
    {
        await using var host = await StartAsync(Time);
        var created = await MakeClassAsync(host);
        await host.Classes.EnrolAsync(created.Id, await AddAsync(host, "Ada"), s_none);
        await host.Life.RenewJoinCodeAsync(created.Id, null, 1, s_none);
        var code = await CodeAsync(host, created.Id);
        var impostor = (await host.Learners.EnsureAsync("impostor", "Аdа", s_none)).Id;

        var e = await Assert.ThrowsAsync<ClassroomException>(() => host.Life.JoinAsync(code, impostor, s_none));

        Assert.Contains("has a name that looks the same", e.Message, StringComparison.Ordinal);
        Assert.Equal(created.Id, (await host.Life.FindByJoinCodeAsync(code, s_none)).Id);
    }

    [Fact]
    public async Task Rename_ToAClassmatesName_IsRefused()
    {
        await using var host = await StartAsync(Time);
        var created = await MakeClassAsync(host);
        var bea = await AddAsync(host, "Bea");
        await host.Classes.EnrolAsync(created.Id, await AddAsync(host, "Ada"), s_none);
        await host.Classes.EnrolAsync(created.Id, bea, s_none);

        await Assert.ThrowsAsync<ClassroomException>(() => host.Learners.RenameAsync(bea, "ΑDΑ", s_none));
        await host.Learners.RenameAsync(bea, "Beatrice", s_none);

        Assert.Equal("Beatrice", (await host.Learners.FindAsync(bea, s_none))!.Name);
    }

    [Fact]
    public async Task MaySee_Learner_OnlyThemselvesAndTheirInstructors()
    {
        await using var host = await StartAsync(Time);
        var monday = await MakeClassAsync(host, "monday");
        await MakeClassAsync(host, "tuesday");
        var (ada, bea) = (await AddAsync(host, "Ada"), await AddAsync(host, "Bea"));
        await host.Classes.EnrolAsync(monday.Id, ada, s_none);
        await host.Classes.EnrolAsync(monday.Id, bea, s_none);

        Assert.True(await host.Access.MaySeeAsync(ada, ada, s_none));
        Assert.True(await host.Access.MaySeeAsync("monday", ada, s_none));
        Assert.False(await host.Access.MaySeeAsync(bea, ada, s_none));
        Assert.False(await host.Access.MaySeeAsync("tuesday", ada, s_none));
        Assert.False(await host.Access.MaySeeAsync("nobody", ada, s_none));

        await host.Classes.LeaveAsync(monday.Id, ada, s_none);
        Assert.False(await host.Access.MaySeeAsync("monday", ada, s_none));
    }

    [Fact]
    public async Task Instructors_SharedClass_BothTeachAndTheLastStays()
    {
        await using var host = await StartAsync(Time);
        var created = await MakeClassAsync(host, "first");
        var second = await AddAsync(host, "Second");

        await host.Classes.AddInstructorAsync(created.Id, second, s_none);
        await host.Classes.AddInstructorAsync(created.Id, second, s_none);
        Assert.True(await host.Access.InstructsAsync(second, created.Id, s_none));
        await host.Classes.RemoveInstructorAsync(created.Id, "first", s_none);

        Assert.False(await host.Access.InstructsAsync("first", created.Id, s_none));
        await Assert.ThrowsAsync<ClassroomException>(() =>
            host.Classes.RemoveInstructorAsync(created.Id, second, s_none)
        );
    }

    [Fact]
    public async Task Delete_Class_KeepsItsLearners()
    {
        await using var host = await StartAsync(Time);
        var (created, ada) = (await MakeClassAsync(host), await AddAsync(host, "Ada"));
        await host.Classes.EnrolAsync(created.Id, ada, s_none);
        await host.Invitations.InviteAsync(created.Id, [new(1, "Bea")], s_none);

        await host.Life.DeleteAsync(created.Id, s_none);

        Assert.Null(await host.Classes.FindAsync(created.Id, s_none));
        Assert.NotNull(await host.Learners.FindAsync(ada, s_none));
    }

    [Fact]
    public async Task Rename_Class_TrimsAndRefusesNothing()
    {
        await using var host = await StartAsync(Time);
        var created = await MakeClassAsync(host);

        await host.Life.RenameAsync(created.Id, " Tuesday ", s_none);

        Assert.Equal("Tuesday", (await host.Classes.FindAsync(created.Id, s_none))!.Name);
        Assert.Equal(
            "Give the class a name.",
            (await Assert.ThrowsAsync<ClassroomException>(() => host.Life.RenameAsync(created.Id, " ", s_none))).Message
        );
    }

    [Fact]
    public async Task Accept_Invitation_EnrolsOnceAndNobodyElse()
    {
        await using var host = await StartAsync(Time);
        var (created, ada, bea) = (
            await MakeClassAsync(host),
            await AddAsync(host, "Ada"),
            await AddAsync(host, "Bea")
        );
        var token = (await host.Invitations.InviteAsync(created.Id, [new(1, "Ada")], s_none)).Issued.Single().Token;

        Assert.Equal(created.Name, (await host.Invitations.FindAsync(token, s_none)).Class!.Name);
        await host.Invitations.AcceptAsync(token, ada, s_none);

        await Assert.ThrowsAsync<ClassroomException>(() => host.Invitations.AcceptAsync(token, bea, s_none));
        Assert.Equal([ada], (await host.Classes.FindAsync(created.Id, s_none))!.Enrolments.Select(e => e.LearnerId));
        Assert.Empty(await host.Invitations.ListAsync(created.Id, s_none));
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("revoked")]
    [InlineData("archived")]
    public async Task Accept_InvitationThatDoesNotWork_IsRefused(string reason)
    {
        await using var host = await StartAsync(Time);
        var (created, ada) = (await MakeClassAsync(host), await AddAsync(host, "Ada"));
        var token = (await host.Invitations.InviteAsync(created.Id, [new(1, "Ada")], s_none)).Issued.Single().Token;
        if (reason == "expired")
            Time.Advance(TimeSpan.FromDays(14));
        if (reason == "revoked")
            await host.Invitations.RevokeAsync(
                created.Id,
                (await host.Invitations.ListAsync(created.Id, s_none)).Single().Id,
                s_none
            );
        if (reason == "archived")
            await host.Life.SetStateAsync(created.Id, ClassState.Archived, s_none);

        await Assert.ThrowsAsync<ClassroomException>(() => host.Invitations.AcceptAsync(token, ada, s_none));
    }

    private static async Task<SchoolClass> MakeClassAsync(ClassroomHost host, string instructor = "teacher")
    {
        await host.Learners.EnsureAsync(instructor, "Teacher " + instructor, s_none);
        return await host.Classes.CreateAsync("Class of " + instructor, "course", "lesson", instructor, s_none);
    }

    private static async Task<string> AddAsync(ClassroomHost host, string name) =>
        (await host.Learners.AddAsync(name, s_none)).Id;

    private static async Task<string> CodeAsync(ClassroomHost host, string classId) =>
        (await host.Classes.FindAsync(classId, s_none))!.JoinCode;
}

public sealed class SqliteClassLifeTests() : ClassLifeTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlClassLifeTests() : ClassLifeTests(DatabaseKind.PostgreSql);
