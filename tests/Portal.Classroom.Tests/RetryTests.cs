using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>A database that is away for a moment is asked again, a few times.</summary>
public abstract class RetryTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly ProgressKey s_key = new("you", "course", "lesson");

    [Fact]
    public async Task Record_DatabaseAwayForAMoment_IsSaved()
    {
        var outage = new Outage(Kind);
        await using var host = await ClassroomHost.StartAsync(Database, interceptor: outage);

        outage.Failures = 2;
        await host.Progress.RecordRunAsync(
            s_key,
            new RunFact("step-1", "step-1/1", RunStatus.Succeeded, -1, TimeSpan.Zero, DateTimeOffset.UnixEpoch),
            s_none
        );

        Assert.Equal(0, outage.Failures);
        Assert.Equal(1, Assert.Single((await host.Progress.LoadAsync(s_key, s_none)).Runs).Count);
    }

    [Fact]
    public async Task Join_DatabaseAwayForAMoment_CountsOneUse()
    {
        var outage = new Outage(Kind);
        await using var host = await ClassroomHost.StartAsync(Database, interceptor: outage);
        var teacher = await host.Learners.AddAsync("Teacher", s_none);
        var ada = await host.Learners.AddAsync("Ada", s_none);
        var made = await host.Classes.CreateAsync("Monday", "course", "lesson", teacher.Id, s_none);
        await host.Life.RenewJoinCodeAsync(made.Id, null, 2, s_none);
        var code = (await host.Classes.FindAsync(made.Id, s_none))!.JoinCode;

        outage.FailCommands("UPDATE", 1);
        await host.Life.JoinAsync(code, ada.Id, s_none);

        Assert.Equal(0, outage.Failures);
        var joined = (await host.Classes.FindAsync(made.Id, s_none))!;
        Assert.Equal((1, ada.Id), (joined.JoinCodeUsesLeft, Assert.Single(joined.Enrolments).LearnerId));
    }

    [Fact]
    public async Task Record_DatabaseStaysAway_GivesUp()
    {
        var outage = new Outage(Kind);
        await using var host = await ClassroomHost.StartAsync(Database, interceptor: outage);

        outage.Failures = int.MaxValue;

        await Assert.ThrowsAsync<RetryLimitExceededException>(() => host.Learners.ListAsync(s_none));
        Assert.Equal(4, int.MaxValue - outage.Failures);
    }

    private sealed class Outage(DatabaseKind kind) : DbCommandInterceptor
    {
        private string _words = "";

        public int Failures { get; set; }

        public void FailCommands(string words, int count) => (_words, Failures) = (words, count);

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            Fail(command);
            return ValueTask.FromResult(result);
        }

        public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            Fail(command);
            return ValueTask.FromResult(result);
        }

        private void Fail(DbCommand command)
        {
            if (Failures == 0 || !command.CommandText.Contains(_words, StringComparison.Ordinal)) return;
            Failures--;
            throw kind == DatabaseKind.Sqlite
                ? new SqliteException("database is locked", 5)
                : new NpgsqlException("away", new IOException());
        }
    }
}

public sealed class SqliteRetryTests() : RetryTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlRetryTests() : RetryTests(DatabaseKind.PostgreSql);
