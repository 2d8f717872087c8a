using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Classroom.Reports;
using Xunit;

namespace Portal.Classroom.Tests;

/// <summary>A class looked back upon.</summary>
public abstract class ClassReportTests(DatabaseKind kind) : DatabaseTests(kind)
{
    private static readonly CancellationToken s_none = CancellationToken.None;
    private static readonly DateTimeOffset s_noon = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Find_ArchivedClass_HasTimesFailuresAndEvents()
    {
        await using var host = await StartAsync();
        var (classId, ada) = await MakeAsync(host);
        await SectionAsync(host, ada, "step-1", SectionStatus.InProgress, 0);
        await RunAsync(host, ada, RunStatus.Failed, 1);
        await RunAsync(host, ada, RunStatus.Failed, 1); // told twice
        await RunAsync(host, ada, RunStatus.TimedOut, 3);
        await RunAsync(host, ada, RunStatus.Succeeded, 4);
        await SectionAsync(host, ada, "step-1", SectionStatus.Completed, 4);
        await SectionAsync(host, ada, "step-2", SectionStatus.InProgress, 5);
        await host.Progress.RecordCheckAsync(
            new(ada, "course", "lesson"),
            new("step-2", "check", CheckStatus.NotYet, 0, "no", null, s_noon.AddMinutes(11)),
            s_none
        );
        await host.Help.AskAsync(new(ada, "course", "lesson", "step-2"), s_none);
        await host.Messages.SendAsync(classId, "teacher", [ada], "Look again.", s_none);
        await host.Life.SetStateAsync(classId, ClassState.Archived, s_none);

        var report = (await host.Reports.FindAsync(classId, s_none))!;

        Assert.Equal(ClassState.Archived, report.State);
        var learner = Assert.Single(report.Learners);
        var (first, second) = (learner.Sections["step-1"], learner.Sections["step-2"]);
        Assert.Equal((TimeSpan.FromMinutes(4), 3, 2), (first.Time, first.Runs, first.Failures));
        Assert.Equal(s_noon.AddMinutes(4), first.CompletedAt);
        // Not until now: until the last thing that was done in it.
        Assert.Equal((TimeSpan.FromMinutes(6), 0, null), (second.Time, second.Failures, second.CompletedAt));
        Assert.Equal(
            [
                ReportEventKind.Failed,
                ReportEventKind.Failed,
                ReportEventKind.Completed,
                ReportEventKind.Help,
                ReportEventKind.Message,
            ],
            learner.Events.Select(e => e.Kind)
        );
    }

    [Theory]
    [InlineData(30, 60, 0)]
    [InlineData(31, 29, 31)]
    public async Task Find_PauseLongerThanTheBound_IsNoTimeOnTheStep(int pause, int worked, int away)
    {
        await using var host = await StartAsync();
        var (classId, ada) = await MakeAsync(host);
        await SectionAsync(host, ada, "step-1", SectionStatus.InProgress, 0);
        // Whatever is seen of a learner shows that they are there, also in another step.
        await SectionAsync(host, ada, "step-2", SectionStatus.InProgress, 10);
        await SectionAsync(host, ada, "step-3", SectionStatus.InProgress, 10 + pause);
        await SectionAsync(host, ada, "step-1", SectionStatus.Completed, 60);

        var report = (await host.Reports.FindAsync(classId, s_none))!;
        var export = (await host.Exports.FindClassAsync(classId, s_none))!;

        var step = Assert.Single(report.Learners).Sections["step-1"];
        Assert.Equal((TimeSpan.FromMinutes(worked), TimeSpan.FromMinutes(away)), (step.Time, step.Away));
        var exported = Assert.Single(export.Learners).Sections.Single(s => s.Id == "step-1");
        Assert.Equal((worked * 60, away * 60), (exported.Seconds, exported.AwaySeconds));
    }

    [Fact]
    public async Task Find_FailureOfBeforeFailuresWereKept_CountsOnce()
    {
        await using var host = await StartAsync();
        var (classId, ada) = await MakeAsync(host);
        await SectionAsync(host, ada, "step-1", SectionStatus.InProgress, 0);
        await RunAsync(host, ada, RunStatus.Failed, 1);
        await RunAsync(host, ada, RunStatus.TimedOut, 2);
        await using (var db = await host.Database.CreateDbContextAsync())
        {
            db.Failures.RemoveRange(db.Failures);
            await db.SaveChangesAsync();
        }

        var report = (await host.Reports.FindAsync(classId, s_none))!;

        var step = Assert.Single(report.Learners).Sections["step-1"];
        Assert.Equal((2, 1), (step.Runs, step.Failures));
    }

    [Fact]
    public async Task Find_OthersAndOtherLessons_AreNotInIt()
    {
        await using var host = await StartAsync();
        var (classId, ada) = await MakeAsync(host);
        var other = (await host.Learners.AddAsync("Other", s_none)).Id;
        await RunAsync(host, other, RunStatus.Failed, 1);
        await host.Progress.RecordRunAsync(
            new(ada, "course", "another"),
            new("step-1", "step-1/1", RunStatus.Failed, 0, TimeSpan.Zero, s_noon),
            s_none
        );

        var report = (await host.Reports.FindAsync(classId, s_none))!;

        Assert.Empty(Assert.Single(report.Learners).Events);
        Assert.Null(await host.Reports.FindAsync("none", s_none));
    }

    [Fact]
    public async Task Failures_OfALearnerWhoGoes_GoToo()
    {
        await using var host = await StartAsync();
        var (_, ada) = await MakeAsync(host);
        for (var i = 0; i < 105; i++) await RunAsync(host, ada, RunStatus.Failed, i);
        await using var db = await host.Database.CreateDbContextAsync();
        Assert.Equal(100, db.Failures.Count());

        await host.Learners.RemoveAsync(ada, "teacher", s_none);

        Assert.Empty(db.Failures);
    }

    private static async Task<(string ClassId, string Ada)> MakeAsync(ClassroomHost host)
    {
        await host.Learners.EnsureAsync("teacher", "Teacher", s_none);
        var made = await host.Classes.CreateAsync("Class", "course", "lesson", "teacher", s_none);
        var ada = await host.Learners.AddAsync("Ada", s_none);
        await host.Classes.EnrolAsync(made.Id, ada.Id, s_none);
        return (made.Id, ada.Id);
    }

    private static Task SectionAsync(ClassroomHost host, string learner, string id, SectionStatus status, int at) =>
        host.Progress.RecordSectionAsync(
            new(learner, "course", "lesson"),
            new(id, "step", status, s_noon.AddMinutes(at)),
            s_none
        );

    private static Task RunAsync(ClassroomHost host, string learner, RunStatus status, int minutes) =>
        host.Progress.RecordRunAsync(
            new(learner, "course", "lesson"),
            new RunFact("step-1", "step-1/1", status, 0, TimeSpan.FromSeconds(1), s_noon.AddMinutes(minutes)),
            s_none
        );
}

public sealed class SqliteClassReportTests() : ClassReportTests(DatabaseKind.Sqlite);

public sealed class PostgreSqlClassReportTests() : ClassReportTests(DatabaseKind.PostgreSql);
