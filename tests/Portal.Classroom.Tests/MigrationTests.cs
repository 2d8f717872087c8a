using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Classroom.Data;
using Portal.Classroom.Model;
using Portal.Classroom.Sqlite;
using Portal.Testing;
using Xunit;

namespace Portal.Classroom.Tests;

public sealed class MigrationTests
{
    [Fact]
    public async Task Start_DatabaseOfTheFirstPortal_KeepsItsClasses()
    {
        using var directory = new TempDirectory();
        var file = Path.Combine(directory.Path, "portal.db");
        var options = new DbContextOptionsBuilder<PortalDbContext>();
        options.UsePortalSqlite(file);
        await using (var db = new PortalDbContext(options.Options))
        {
            await db.GetService<IMigrator>().MigrateAsync("Initial", CancellationToken.None);
            await db.Database.ExecuteSqlRawAsync(
                """
                INSERT INTO "Learners" ("Id", "Name", "CreatedAt") VALUES ('a', 'Ada', 1), ('b', 'Bea', 2);
                INSERT INTO "Classes" ("Id", "Name", "JoinCode", "CourseId", "LessonId", "CreatedAt") VALUES ('c', 'Monday', 'ABC234', 'course', 'lesson', 3);
                INSERT INTO "Enrolments" ("ClassId", "LearnerId", "JoinedAt") VALUES ('c', 'a', 4), ('c', 'b', 5);
                """,
                CancellationToken.None
            );
        }

        await using var host = await ClassroomHost.StartSqliteAsync(file);

        var kept = (await host.Classes.FindAsync("c", CancellationToken.None))!;
        Assert.Equal(ClassState.Open, kept.State);
        Assert.Equal(["Ada", "Bea"], kept.Enrolments.Select(e => e.Learner!.Name));
        await Assert.ThrowsAsync<ClassroomException>(() => host.Learners.AddAsync("ADA", CancellationToken.None));
        Assert.Equal("c", (await host.Life.FindByJoinCodeAsync("abc234", CancellationToken.None)).Id);
    }
}
