using Portal.Classroom.Model;
using Portal.Classroom.Progress;
using Portal.Labs.Sessions;

namespace Portal.Web.Progress;

/// <summary>Keeps what lesson sessions report in the classroom's database.</summary>
internal sealed class ClassroomProgressRecorder(IProgressService progress) : IProgressRecorder
{
    public async Task<RecordedProgress> LoadAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        var stored = await progress.LoadAsync(Key(key), cancellationToken);
        return new RecordedProgress(
            [.. stored.Sections.Select(s => new SectionRecord(s.SectionId, s.Kind, Translate<SectionStatus, SectionPhase>(s.Status), Moment(s)))],
            [.. stored.Runs.Select(r => new RunRecord(r.SectionId, r.BlockId, Translate<RunStatus, RunPhase>(r.Status), r.FailedCommand, r.Duration, r.At))],
            [
                .. stored.Checks.Select(c => new CheckRecord(
                    c.SectionId,
                    c.CheckId,
                    Translate<CheckStatus, CheckPhase>(c.Status),
                    c.Points,
                    c.Message,
                    stored.Evidence.GetValueOrDefault(c.CheckId),
                    c.Since
                )),
            ]
        );
    }

    public Task RecordSectionAsync(LessonSessionKey key, SectionRecord section, CancellationToken cancellationToken) => progress.RecordSectionAsync(
        Key(key), new SectionFact(section.SectionId, section.Kind, Translate<SectionPhase, SectionStatus>(section.Phase), section.At), cancellationToken);

    public Task RecordRunAsync(LessonSessionKey key, RunRecord run, CancellationToken cancellationToken) => progress.RecordRunAsync(
        Key(key), new RunFact(run.SectionId, run.BlockId, Translate<RunPhase, RunStatus>(run.Phase), run.FailedCommand, run.Duration, run.At), cancellationToken);

    public Task RecordCheckAsync(LessonSessionKey key, CheckRecord check, CancellationToken cancellationToken)
    {
        // A check in the making has no outcome to keep; what was stored stays until there is one.
        if (check.Phase == CheckPhase.Checking) return Task.CompletedTask;
        return progress.RecordCheckAsync(Key(key), new CheckFact(
            check.SectionId, check.CheckId, Translate<CheckPhase, CheckStatus>(check.Phase), check.Points, check.Message, check.EvidenceJson, check.At), cancellationToken);
    }

    private static ProgressKey Key(LessonSessionKey key) => new(key.LearnerId, key.CourseId, key.LessonId);

    private static DateTimeOffset Moment(Classroom.Model.SectionProgress section) => section.Status == SectionStatus.Completed && section.CompletedAt is { } at ? at : section.Since;

    /// <summary>The words are the same on both sides; a test holds them together.</summary>
    private static TTo Translate<TFrom, TTo>(TFrom value)
        where TFrom : struct, Enum
        where TTo : struct, Enum => Enum.Parse<TTo>(Enum.GetName(value)!);
}
