using System.Diagnostics;
using System.IO.Pipes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;
using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Testing;
using Xunit;

namespace Portal.Classroom.Tests;

public abstract class ProgressServiceTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private const string ChildDatabase = "PORTAL_TEST_CHILD_DATABASE";
    private const string ChildPipe = "PORTAL_TEST_CHILD_PIPE";

    private static readonly ProgressKey s_key = new("you", "course", "lesson");
    private static readonly DateTimeOffset s_noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task RecordCheckAsync_ProcessKilledAfterwards_ResultIsThere()
    {
        var pipeName = "portal-test-" + Guid.NewGuid().ToString("N");
        await using var pipe = new NamedPipeServerStream(pipeName, PipeDirection.In);
        var start = new ProcessStartInfo(Environment.ProcessPath!);
        foreach (
            var argument in (string[])["-method", $"{GetType().FullName}.{nameof(ChildProcess_Asked_RecordsAndHangs)}"]
        )
            start.ArgumentList.Add(argument);
        start.Environment[ChildDatabase] = Database.Connection;
        start.Environment[ChildPipe] = pipeName;

        using (var child = Process.Start(start)!)
        {
            using var limit = new CancellationTokenSource(TestTimeouts.Default);
            await pipe.WaitForConnectionAsync(limit.Token);
            Assert.Equal(1, await pipe.ReadAsync(new byte[1], limit.Token));
            child.Kill(); // SIGKILL: no handler of the child runs
            await child.WaitForExitAsync(limit.Token);
        }

        await using var host = await StartAsync();
        var check = Assert.Single((await host.Progress.LoadAsync(s_key, CancellationToken.None)).Checks);
        Assert.Equal(CheckStatus.Passed, check.Status);
        Assert.Equal(3, check.Points);
    }

    /// <summary>The other process of the test above; does nothing in an ordinary run.</summary>
    [Fact]
    public async Task ChildProcess_Asked_RecordsAndHangs()
    {
        if (Environment.GetEnvironmentVariable(ChildPipe) is not { } pipeName) return;

        using var database = new TestDatabase(Kind, Environment.GetEnvironmentVariable(ChildDatabase)!);
        var host = await ClassroomHost.StartAsync(database);
        await host.Progress.RecordCheckAsync(s_key, new CheckFact("exercise-1", "canary", CheckStatus.Passed, 3, null, "{}", s_noon), CancellationToken.None);
        await using var pipe = new NamedPipeClientStream(".", pipeName, PipeDirection.Out);
        await pipe.ConnectAsync();
        await pipe.WriteAsync(new byte[] { 1 });
        await Task.Delay(Timeout.Infinite);
    }

    [Fact]
    public async Task RecordAsync_ManyWritersAtOnce_LosesNothing()
    {
        await using var host = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            var key = new ProgressKey($"learner-{w}", "course", "lesson");
            for (var i = 0; i < 25; i++)
            {
                await host.Progress.RecordRunAsync(key, new RunFact("step-1", $"step-1/{i}", RunStatus.Succeeded, -1, TimeSpan.FromSeconds(1), s_noon), CancellationToken.None);
            }
        })));

        await using var db = await host.Database.CreateDbContextAsync();
        Assert.Equal(200, await db.Runs.CountAsync());
    }

    [Fact]
    public async Task RecordRunAsync_SameBlockByManyAtOnce_KeepsOneRow()
    {
        await using var host = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            host.Progress.RecordRunAsync(s_key, new RunFact("step-1", "step-1/1", RunStatus.Failed, 2, TimeSpan.FromSeconds(1), s_noon), CancellationToken.None))));

        var run = Assert.Single((await host.Progress.LoadAsync(s_key, CancellationToken.None)).Runs);
        Assert.Equal((RunStatus.Failed, 2), (run.Status, run.FailedCommand));
    }

    [Fact]
    public async Task RecordSectionAsync_CompletedThenBroken_KeepsTheCompletionTime()
    {
        await using var host = await StartAsync();

        await host.Progress.RecordSectionAsync(s_key, new SectionFact("step-1", "step", SectionStatus.InProgress, s_noon), CancellationToken.None);
        await host.Progress.RecordSectionAsync(s_key, new SectionFact("step-1", "step", SectionStatus.Completed, s_noon.AddMinutes(5)), CancellationToken.None);
        await host.Progress.RecordSectionAsync(s_key, new SectionFact("step-1", "step", SectionStatus.BrokenAgain, s_noon.AddMinutes(9)), CancellationToken.None);

        var section = Assert.Single((await host.Progress.LoadAsync(s_key, CancellationToken.None)).Sections);
        Assert.Equal(SectionStatus.BrokenAgain, section.Status);
        Assert.Equal(s_noon, section.StartedAt);
        Assert.Equal(s_noon.AddMinutes(5), section.CompletedAt);
        Assert.Equal(s_noon.AddMinutes(9), section.Since);
    }

    [Fact]
    public async Task RecordCheckAsync_PassedTwice_KeepsEachEvidence()
    {
        await using var host = await StartAsync();

        await host.Progress.RecordCheckAsync(s_key, new CheckFact("exercise-1", "canary", CheckStatus.Passed, 3, null, """{"n":1}""", s_noon), CancellationToken.None);
        await host.Progress.RecordCheckAsync(s_key, new CheckFact("exercise-1", "canary", CheckStatus.Passed, 3, null, """{"n":2}""", s_noon.AddMinutes(1)), CancellationToken.None);

        await using var db = await host.Database.CreateDbContextAsync();
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], await db.Evidence.OrderBy(e => e.Id).Select(e => e.Json).ToListAsync());
        var progress = await host.Progress.LoadAsync(s_key, CancellationToken.None);
        Assert.Equal(KeyValuePair.Create("canary", """{"n":2}"""), Assert.Single(progress.Evidence));
    }

    [Fact]
    public async Task RecordCheckAsync_PassedAndLostForEver_KeepsTheLatestTwenty()
    {
        await using var host = await StartAsync();

        for (var n = 1; n <= 25; n++)
        {
            var status = n % 2 == 1 ? CheckStatus.Passed : CheckStatus.BrokenAgain;
            var fact = new CheckFact("exercise-1", "canary", status, 3, null, $"{n}", s_noon.AddMinutes(n));
            await host.Progress.RecordCheckAsync(s_key, fact, CancellationToken.None);
        }

        await using var db = await host.Database.CreateDbContextAsync();
        Assert.Equal(
            Enumerable.Range(6, 20).Select(n => $"{n}"),
            await db.Evidence.OrderBy(e => e.Id).Select(e => e.Json).ToListAsync()
        );
    }

    [Fact]
    public async Task RecordAsync_ClockSetBack_KeepsWhatIsDoneSince()
    {
        var time = new SetTime();
        await using var host = await StartAsync(time);
        await RecordAsync(passed: false);

        time.Offset = TimeSpan.FromDays(-1);
        await RecordAsync(passed: true);

        var progress = await host.Progress.LoadAsync(s_key, CancellationToken.None);
        Assert.Equal(
            (RunStatus.Succeeded, CheckStatus.Passed, SectionStatus.Completed),
            (progress.Runs.Single().Status, progress.Checks.Single().Status, progress.Sections.Single().Status)
        );

        async Task RecordAsync(bool passed)
        {
            var at = time.GetUtcNow();
            var run = passed ? RunStatus.Succeeded : RunStatus.Failed;
            var check = passed ? CheckStatus.Passed : CheckStatus.NotYet;
            var section = passed ? SectionStatus.Completed : SectionStatus.InProgress;
            await host.Progress.RecordRunAsync(s_key, new("step-1", "step-1/1", run, -1, TimeSpan.Zero, at), default);
            await host.Progress.RecordCheckAsync(s_key, new("step-1", "canary", check, 0, null, null, at), default);
            await host.Progress.RecordSectionAsync(s_key, new("step-1", "step", section, at), default);
        }
    }

    [Fact]
    public async Task RecordAsync_OlderFactThatComesLate_ChangesNothing()
    {
        await using var host = await StartAsync(new FakeTimeProvider(s_noon.AddHours(1)));
        foreach (
            var (at, passed) in ((DateTimeOffset, bool)[])
                [(s_noon.AddMinutes(1), true), (s_noon, false), (s_noon.AddMinutes(1), true)]
        )
        {
            await host.Progress.RecordRunAsync(
                s_key,
                new RunFact(
                    "step-1",
                    "step-1/1",
                    passed ? RunStatus.Succeeded : RunStatus.Failed,
                    -1,
                    TimeSpan.FromSeconds(1),
                    at
                ),
                CancellationToken.None
            );
            await host.Progress.RecordCheckAsync(
                s_key,
                new CheckFact(
                    "step-1",
                    "canary",
                    passed ? CheckStatus.Passed : CheckStatus.NotYet,
                    passed ? 3 : 0,
                    null,
                    passed ? "{}" : null,
                    at
                ),
                CancellationToken.None
            );
            await host.Progress.RecordSectionAsync(
                s_key,
                new SectionFact("step-1", "step", passed ? SectionStatus.Completed : SectionStatus.InProgress, at),
                CancellationToken.None
            );
        }

        var progress = await host.Progress.LoadAsync(s_key, CancellationToken.None);
        Assert.Equal(
            (RunStatus.Succeeded, 1, CheckStatus.Passed, 3, SectionStatus.Completed),
            (
                progress.Runs.Single().Status,
                progress.Runs.Single().Count,
                progress.Checks.Single().Status,
                progress.Checks.Single().Points,
                progress.Sections.Single().Status
            )
        );
        await using var db = await host.Database.CreateDbContextAsync();
        Assert.Equal(1, await db.Evidence.CountAsync());
    }
}

public sealed class SqliteProgressServiceTests() : ProgressServiceTests(DatabaseKind.Sqlite)
{
    [Fact]
    public async Task Database_WhenOpened_IsDurable()
    {
        await using var host = await StartAsync();
        await using var db = await host.Database.CreateDbContextAsync();

        Assert.Equal("wal", (await db.Database.SqlQueryRaw<string>("PRAGMA journal_mode").ToListAsync()).Single());
        Assert.Equal(2, (await db.Database.SqlQueryRaw<int>("PRAGMA synchronous").ToListAsync()).Single());
    }

    [Fact]
    public async Task Database_NotWritable_SaysWhichKeyToLookAt()
    {
        using var missing = new TestDatabase(DatabaseKind.Sqlite, Database.Connection + ".missing/portal.db");

        var e = await Assert.ThrowsAsync<Data.DatabaseUnavailableException>(() =>
            ClassroomHost.StartAsync(missing)
        );

        Assert.Contains("Portal:Data:Directory", e.Message, StringComparison.Ordinal);
    }
}

public sealed class PostgreSqlProgressServiceTests() : ProgressServiceTests(DatabaseKind.PostgreSql);
