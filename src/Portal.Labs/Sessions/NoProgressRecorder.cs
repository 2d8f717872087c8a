namespace Portal.Labs.Sessions;

/// <summary>For hosts without people, such as the command line: nothing is kept.</summary>
internal sealed class NoProgressRecorder : IProgressRecorder
{
    public Task<RecordedProgress> LoadAsync(LessonSessionKey key, CancellationToken cancellationToken) => Task.FromResult(RecordedProgress.None);

    public Task RecordSectionAsync(LessonSessionKey key, SectionRecord section, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RecordRunAsync(LessonSessionKey key, RunRecord run, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RecordCheckAsync(LessonSessionKey key, CheckRecord check, CancellationToken cancellationToken) => Task.CompletedTask;
}
