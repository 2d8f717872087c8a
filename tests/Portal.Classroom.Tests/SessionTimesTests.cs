using Microsoft.Extensions.Time.Testing;
using Portal.Classroom.Model;
using Portal.Testing;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>When sessions end.</summary>
public abstract class SessionTimesTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_quarter = TimeSpan.FromMinutes(15);

    private FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));

    private DateTimeOffset Now => Time.GetUtcNow();

    [Fact]
    public async Task Begin_WithALength_KeepsItsEndUntilThatIsOverAlsoOverARestart()
    {
        string classId;
        DateTimeOffset? first;
        await using (var host = await StartAsync(Time))
        {
            classId = await MakeAsync(host, s_hour, "ada");
            first = await BeginAsync(host, "ada");
            Assert.Equal(Now + s_hour, first);
            Time.Advance(s_quarter);
            Assert.Equal(first, await BeginAsync(host, "ada"));
        }

        await using var again = await StartAsync(Time);
        Assert.Equal(first, await BeginAsync(again, "ada"));
        Time.Advance(s_hour);
        Assert.Equal(Now + s_hour, await BeginAsync(again, "ada"));
        var board = await again.Board.WatchAsync(classId, s_none).FirstAsync();
        Assert.Equal((s_hour, Now + s_hour), (board.SessionLength, board.Learners.Single().SessionEndsAt));
    }

    [Fact]
    public async Task Begin_NoLimitAnywhere_HasNoEnd()
    {
        await using var host = await StartAsync(Time);
        await MakeAsync(host, s_hour, "ada");
        var free = await MakeAsync(host, null, "ada");
        Assert.Null(await BeginAsync(host, "ada"));
        Assert.Null(await BeginAsync(host, "nobody"));

        await host.Life.SetSessionLengthAsync(free, TimeSpan.FromHours(2), s_none);

        // In two classes: the longer one.
        Assert.Equal(Now + TimeSpan.FromHours(2), await BeginAsync(host, "ada"));
        await host.Life.SetStateAsync(free, ClassState.Archived, s_none);
        Assert.Equal(Now + s_hour, await BeginAsync(host, "ada"));
    }

    [Fact]
    public async Task Extend_Some_AddsToTheirEndsOrToNow()
    {
        await using var host = await StartAsync(Time);
        var classId = await MakeAsync(host, s_hour, "ada", "bea", "cleo", "dan");
        var ada = await BeginAsync(host, "ada");
        Time.Advance(TimeSpan.FromMinutes(50));
        await BeginAsync(host, "bea");
        var dan = await BeginAsync(host, "dan");

        Assert.Equal(
            [("ada", ada!.Value + s_quarter)],
            (await ExtendAsync(host, classId, "ada", "cleo")).Select(e => (e.Key, e.Value))
        );
        Assert.Equal(ada + s_quarter, await BeginAsync(host, "ada"));
        Assert.Equal(dan, await BeginAsync(host, "dan"));

        Time.Advance(2 * s_hour);
        Assert.Equal(Now + s_quarter, (await ExtendAsync(host, classId, "bea"))["bea"]);
        Assert.Equal(Now + s_quarter, await BeginAsync(host, "bea"));
    }

    [Fact]
    public async Task Extend_NotTheirsOrNoLimit_GivesNothing()
    {
        await using var host = await StartAsync(Time);
        var classId = await MakeAsync(host, s_hour, "ada");
        var end = await BeginAsync(host, "ada");

        await Assert.ThrowsAsync<ClassroomException>(() =>
            host.Times.ExtendAsync(classId, "ada", ["ada"], s_quarter, s_none)
        );
        await Assert.ThrowsAsync<ClassroomException>(() =>
            host.Times.ExtendAsync(classId, "teacher", ["ada"], TimeSpan.Zero, s_none)
        );
        await Assert.ThrowsAsync<ClassroomException>(() =>
            host.Life.SetSessionLengthAsync(classId, TimeSpan.FromDays(2), s_none)
        );
        Assert.Equal(end, await BeginAsync(host, "ada"));
        await host.Life.SetSessionLengthAsync(classId, null, s_none);
        Assert.Empty(await ExtendAsync(host, classId, "ada"));
    }

    private static Task<System.Collections.Immutable.ImmutableDictionary<string, DateTimeOffset>> ExtendAsync(
        ClassroomHost host,
        string classId,
        params string[] learners
    ) => host.Times.ExtendAsync(classId, "teacher", learners, s_quarter, s_none);

    private static Task<DateTimeOffset?> BeginAsync(ClassroomHost host, string learner) =>
        host.Times.BeginAsync(learner, "course", "lesson", s_none);

    private static async Task<string> MakeAsync(ClassroomHost host, TimeSpan? length, params string[] learners)
    {
        await host.Learners.EnsureAsync("teacher", "Teacher", s_none);
        var made = await host.Classes.CreateAsync("Class", "course", "lesson", "teacher", s_none);
        await host.Life.SetSessionLengthAsync(made.Id, length, s_none);
        foreach (var learner in learners)
        {
            await host.Learners.EnsureAsync(learner, $"Person {learner}", s_none);
            await host.Classes.EnrolAsync(made.Id, learner, s_none);
        }
        return made.Id;
    }
}

public sealed class SqliteSessionTimesTests() : SessionTimesTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlSessionTimesTests() : SessionTimesTests(DatabaseKind.PostgreSql);
