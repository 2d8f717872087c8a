using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Classroom.Backup;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>What one database gave another takes.</summary>
public sealed class DatabaseBackupTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Theory]
    [InlineData(DatabaseKind.Sqlite, DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Sqlite, DatabaseKind.PostgreSql)]
    [InlineData(DatabaseKind.PostgreSql, DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql, DatabaseKind.PostgreSql)]
    public async Task Import_WhatWasExported_IsTheSame(DatabaseKind from, DatabaseKind to)
    {
        using var source = TestDatabase.Create(from);
        using var target = TestDatabase.Create(to);
        var key = new ProgressKey("ada", "course", "lesson");
        await using (var host = await ClassroomHost.StartAsync(source))
            await FillAsync(host, key);

        using var first = await ExportAsync(source);
        await ImportAsync(target, first);

        using var second = await ExportAsync(target);
        Assert.Equal(Lines(first), Lines(second));
        // The next row finds its number.
        await using var restored = await ClassroomHost.StartAsync(target);
        await restored.Progress.RecordCheckAsync(
            key,
            new CheckFact("step-1", "check", CheckStatus.Passed, 1, null, "{}", DateTimeOffset.UnixEpoch.AddDays(1)),
            s_none
        );
        await using var db = target.Open();
        Assert.Equal(3, await db.Evidence.CountAsync());
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Import_RowsOfTheFirstPortal_AreBroughtUpToDate(DatabaseKind kind)
    {
        using var target = TestDatabase.Create(kind);
        const string Columns =
            """[{"name":"Id","form":"text"},{"name":"Name","form":"text"},{"name":"CreatedAt","form":"integer"}]""";
        using var lines = new MemoryStream(
            Encoding.UTF8.GetBytes($$"""{"table":"Learners","columns":{{Columns}}}""" + "\n[\"ada\",\"Ada\",7]")
        );

        await using (var db = target.Open())
            await DatabaseBackup.ImportAsync(db, lines, "Initial", s_none);

        await using var host = await ClassroomHost.StartAsync(target);
        Assert.Equal("Ada", (await host.Learners.FindAsync("ada", s_none))!.Name);
        await Assert.ThrowsAsync<ClassroomException>(() => host.Learners.AddAsync("ADA", s_none));
    }

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task Drop_FilledDatabase_IsEmpty(DatabaseKind kind)
    {
        using var database = TestDatabase.Create(kind);
        await using var db = database.Open();
        Assert.True(await DatabaseBackup.IsEmptyAsync(db, s_none));
        await using (var host = await ClassroomHost.StartAsync(database))
        {
            Assert.True(await DatabaseBackup.IsEmptyAsync(db, s_none));
            await host.Learners.AddAsync("Ada", s_none);
        }
        Assert.False(await DatabaseBackup.IsEmptyAsync(db, s_none));

        await DatabaseBackup.DropAsync(db, s_none);

        Assert.True(await DatabaseBackup.IsEmptyAsync(db, s_none));
    }

    [Fact]
    public void Schemas_OfEachDatabase_HaveTheSameNames()
    {
        using var sqlite = TestDatabase.Create(DatabaseKind.Sqlite);
        using var postgres = TestDatabase.Create(DatabaseKind.PostgreSql);
        using var ofSqlite = sqlite.Open();
        using var ofPostgres = postgres.Open();

        Assert.Equal(DatabaseBackup.KnownSchemas(ofSqlite), DatabaseBackup.KnownSchemas(ofPostgres));
    }

    [Fact]
    public async Task Export_WhileSomebodyWrites_IsOfOneMoment()
    {
        using var database = TestDatabase.Create(DatabaseKind.Sqlite);
        await using var host = await ClassroomHost.StartAsync(database);
        using var writing = new CancellationTokenSource();
        var writer = Task.Run(async () =>
        {
            // A learner and a place in the class are made together.
            var teacher = await host.Learners.AddAsync("Teacher", s_none);
            while (!writing.IsCancellationRequested)
                await host.Classes.CreateAsync("Class", "course", "lesson", teacher.Id, s_none);
        });

        for (var i = 0; i < 10; i++)
        {
            using var lines = await ExportAsync(database);
            var text = Encoding.UTF8.GetString(lines.ToArray());
            Assert.Equal(Rows(text, "Classes"), Rows(text, "ClassInstructors"));
        }
        await writing.CancelAsync();
        await writer;
    }

    private static int Rows(string text, string table) =>
        text.Split('\n')
            .SkipWhile(l => !l.StartsWith($"{{\"table\":\"{table}\"", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(l => l.StartsWith('['))
            .Count();

    private static List<string> Lines(MemoryStream lines) =>
        [.. Encoding.UTF8.GetString(lines.ToArray()).Split('\n').Select(Canonical).Order(StringComparer.Ordinal)];

    /// <summary>PostgreSQL has an order of its own for the properties of JSON.</summary>
    private static string Canonical(string line)
    {
        var parts = line.Replace(" ", "", StringComparison.Ordinal).Split(',', '{', '}');
        return string.Join(',', parts.Order(StringComparer.Ordinal));
    }

    private static async Task<MemoryStream> ExportAsync(TestDatabase database)
    {
        var lines = new MemoryStream();
        await using var db = database.Open();
        await DatabaseBackup.ExportAsync(db, lines, s_none);
        return lines;
    }

    private static async Task ImportAsync(TestDatabase database, MemoryStream lines)
    {
        await using var db = database.Open();
        await DatabaseBackup.ImportAsync(db, lines, DatabaseBackup.KnownSchemas(db)[^1], s_none);
    }

    private static async Task FillAsync(ClassroomHost host, ProgressKey key)
    {
        var ada = await host.Learners.EnsureAsync(key.LearnerId, "Adé", s_none);
        foreach (var n in (int[])[1, 2])
        {
            await host.Progress.RecordCheckAsync(
                key,
                new CheckFact("step-1", $"check{n}", CheckStatus.Passed, n, "é\n\"", "{}", DateTimeOffset.UnixEpoch),
                s_none
            );
        }
        var at = DateTimeOffset.UnixEpoch;
        var run = new RunFact("step-1", "step-1/1", RunStatus.Failed, 2, TimeSpan.FromSeconds(1.5), at);
        await host.Progress.RecordRunAsync(key, run, s_none);
        var section = new SectionFact("step-1", "step", SectionStatus.InProgress, DateTimeOffset.UnixEpoch);
        await host.Progress.RecordSectionAsync(key, section, s_none);
        var made = await host.Classes.CreateAsync("Monday", "course", "lesson", ada.Id, s_none);
        await host.Classes.EnrolAsync(made.Id, ada.Id, s_none);
        await host.Invitations.InviteAsync(made.Id, [new(1, "Bea")], s_none);
        await using var db = await host.Database.CreateDbContextAsync();
        db.Attach(ada);
        var end = DateTimeOffset.MaxValue;
        db.Users.Add(new PortalUser { Id = ada.Id, UserName = "ada", Learner = ada, LockoutEnd = end });
        db.UserTokens.Add(new() { UserId = ada.Id, LoginProvider = "school", Name = "token" });
        db.UserPasskeys.Add(
            new()
            {
                UserId = ada.Id,
                CredentialId = [0, 1, 255],
                Data = new() { PublicKey = [7], AttestationObject = [8], ClientDataJson = [9], Transports = ["usb"] },
            }
        );
        await db.SaveChangesAsync();
    }
}
