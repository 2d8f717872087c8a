using Microsoft.EntityFrameworkCore;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Classroom.Retention;
using Xunit;

namespace Portal.Classroom.Tests;

public abstract class RetentionTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly DateTimeOffset s_old = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_moment = s_old.AddDays(30);
    private static readonly DateTimeOffset s_new = s_old.AddDays(60);

    [Fact]
    public async Task DeleteBefore_InactiveLearners_LosesRunsAndEvidenceButNoPoints()
    {
        await using var host = await StartAsync();
        await WorkAsync(host, "gone", "lesson", s_old);
        await WorkAsync(host, "here", "lesson", s_old);
        await WorkAsync(host, "here", "other", s_new);

        Assert.Equal(2, await host.Retention.DeleteBeforeAsync(s_moment, s_none));

        Assert.Equal(["here lesson", "here other"], await LeftAsync(host));
        var kept = await host.Progress.LoadAsync(new ProgressKey("gone", "course", "lesson"), s_none);
        Assert.Equal((3, SectionStatus.Completed), (kept.Checks.Single().Points, kept.Sections.Single().Status));
        Assert.Equal(0, await host.Retention.DeleteBeforeAsync(s_moment, s_none));
    }

    [Fact]
    public async Task DeleteBefore_ArchivedClass_LosesItsLessonUnlessAnotherClassHasIt()
    {
        await using var host = await StartAsync();
        foreach (var learner in (string[])["ada", "bea"])
        {
            await host.Learners.EnsureAsync(learner, learner, s_none);
            await WorkAsync(host, learner, "lesson", s_old);
            await WorkAsync(host, learner, "other", s_new);
        }
        var archived = await host.Classes.CreateAsync("Past", "course", "lesson", "ada", s_none);
        var open = await host.Classes.CreateAsync("Now", "course", "lesson", "ada", s_none);
        await host.Classes.EnrolAsync(archived.Id, "ada", s_none);
        await host.Classes.EnrolAsync(archived.Id, "bea", s_none);
        await host.Classes.EnrolAsync(open.Id, "bea", s_none);
        Assert.Equal(0, await host.Retention.DeleteBeforeAsync(s_moment, s_none));

        await host.Life.SetStateAsync(archived.Id, ClassState.Archived, s_none);

        Assert.Equal(2, await host.Retention.DeleteBeforeAsync(s_moment, s_none));
        Assert.Equal(["ada other", "bea lesson", "bea other"], await LeftAsync(host));
    }

    /// <summary>Whose evidence and runs are left: they go together here.</summary>
    private static async Task<List<string>> LeftAsync(ClassroomHost host)
    {
        await using var db = await host.Database.CreateDbContextAsync();
        var evidence = await db.Evidence.Select(e => e.LearnerId + " " + e.LessonId).ToListAsync();
        var runs = await db.Runs.Select(r => r.LearnerId + " " + r.LessonId).ToListAsync();
        Assert.Equal(evidence.Order(StringComparer.Ordinal), runs.Order(StringComparer.Ordinal));
        return [.. runs.Order(StringComparer.Ordinal)];
    }

    private static async Task WorkAsync(ClassroomHost host, string learner, string lesson, DateTimeOffset at)
    {
        var key = new ProgressKey(learner, "course", lesson);
        await host.Progress.RecordSectionAsync(key, new SectionFact("s", "step", SectionStatus.Completed, at), s_none);
        var run = new RunFact("s", "s/1", RunStatus.Succeeded, -1, TimeSpan.Zero, at);
        await host.Progress.RecordRunAsync(key, run, s_none);
        var check = new CheckFact("s", "c", CheckStatus.Passed, 3, null, "{}", at);
        await host.Progress.RecordCheckAsync(key, check, s_none);
    }
}

public sealed class SqliteRetentionTests() : RetentionTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlRetentionTests() : RetentionTests(DatabaseKind.PostgreSql);
