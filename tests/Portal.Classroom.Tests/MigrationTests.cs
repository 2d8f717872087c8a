using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Xunit;

namespace Portal.Classroom.Tests;

public abstract class MigrationTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    /// <summary>A row in each table of the first portal; braces are doubled for the format.</summary>
    private const string FirstRows = """
        INSERT INTO "Learners" ("Id", "Name", "CreatedAt") VALUES ('a', 'Ada', 1), ('b', 'Bea', 2);
        INSERT INTO "Classes" ("Id", "Name", "JoinCode", "CourseId", "LessonId", "CreatedAt")
          VALUES ('c', 'Monday', 'ABC234', 'course', 'lesson', 3);
        INSERT INTO "Enrolments" ("ClassId", "LearnerId", "JoinedAt") VALUES ('c', 'a', 4), ('c', 'b', 5);
        INSERT INTO "SectionProgress"
          ("LearnerId", "CourseId", "LessonId", "SectionId", "Kind", "Status", "StartedAt", "Since", "CompletedAt")
          VALUES ('a', 'course', 'lesson', 'step-1', 'step', 'Completed', 6, 7, 7);
        INSERT INTO "BlockRuns" ("LearnerId", "CourseId", "LessonId", "BlockId", "SectionId", "Status", "FailedCommand",
          "Duration", "At", "Count") VALUES ('a', 'course', 'lesson', 'step-1/1', 'step-1', 'Failed', 2, 8, 9, 3);
        INSERT INTO "CheckResults" ("LearnerId", "CourseId", "LessonId", "CheckId", "SectionId", "Status", "Points",
          "Message", "Since", "At") VALUES ('a', 'course', 'lesson', 'canary', 'exercise-1', 'Passed', 3, NULL, 10, 11);
        INSERT INTO "CheckEvidence" ("LearnerId", "CourseId", "LessonId", "CheckId", "At", "Json")
          VALUES ('a', 'course', 'lesson', 'canary', 12, '{{}}');
        """;

    [Fact]
    public async Task Start_DatabaseOfTheFirstPortal_KeepsEveryRow()
    {
        await using (var db = Database.Open())
        {
            await db.GetService<IMigrator>().MigrateAsync("Initial", s_none);
            await db.Database.ExecuteSqlRawAsync(FirstRows, s_none);
        }

        await using var host = await StartAsync();

        var kept = (await host.Classes.FindAsync("c", s_none))!;
        Assert.Equal(ClassState.Open, kept.State);
        Assert.Equal(["Ada", "Bea"], kept.Enrolments.Select(e => e.Learner!.Name));
        await Assert.ThrowsAsync<ClassroomException>(() => host.Learners.AddAsync("ADA", s_none));
        Assert.Equal("c", (await host.Life.FindByJoinCodeAsync("abc234", s_none)).Id);
        var key = new ProgressKey("a", "course", "lesson");
        var progress = await host.Progress.LoadAsync(key, s_none);
        var (section, run) = (Assert.Single(progress.Sections), Assert.Single(progress.Runs));
        Assert.Equal((SectionStatus.Completed, 7), (section.Status, section.Since.Ticks));
        Assert.Equal((RunStatus.Failed, 2, 3), (run.Status, run.FailedCommand, run.Count));
        Assert.Equal((CheckStatus.Passed, 3), (progress.Checks.Single().Status, progress.Checks[0].Points));
        // What is recorded from now on goes beside what was there.
        var now = new CheckFact(
            "exercise-1",
            "canary",
            CheckStatus.Passed,
            3,
            null,
            """{"n":2}""",
            DateTimeOffset.UnixEpoch
        );
        await host.Progress.RecordCheckAsync(key, now, s_none);
        await using var after = Database.Open();
        Assert.Equal(["{}", """{"n":2}"""], await after.Evidence.OrderBy(e => e.Id).Select(e => e.Json).ToListAsync());
    }

    [Fact]
    public async Task Migrations_All_MakeTheModel()
    {
        await using var db = Database.Open();

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Start_Twice_ChangesNothing()
    {
        await using (var host = await StartAsync())
            await host.Learners.AddAsync("Ada", s_none);

        await using var again = await StartAsync();

        Assert.Equal(["Ada"], (await again.Learners.ListAsync(s_none)).Select(l => l.Name));
    }
}

public sealed class SqliteMigrationTests() : MigrationTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlMigrationTests() : MigrationTests(DatabaseKind.PostgreSql);
