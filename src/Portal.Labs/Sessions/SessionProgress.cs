using System.Collections.Immutable;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// A session's progress: loaded when it opens, and recorded before it is shown. While the store is away it is shown all
/// the same, as what it is and as not saved yet.
/// </summary>
internal sealed class SessionProgress(
    LessonSessionKey key,
    Lesson lesson,
    LessonSessionFactory factory,
    Live<SessionSnapshot> live,
    SessionTroubles troubles
)
{
    private static readonly TimeSpan s_loadLimit = TimeSpan.FromSeconds(10);

    private readonly ProgressJournal _journal = factory.Journals.Take(key);
    private readonly SemaphoreSlim _recording = new(1);
    private readonly SectionTracker _tracker = new(lesson, factory.Options.DefaultProvider);
    private readonly Dictionary<string, int> _points = lesson.Checks.ToDictionary(c => c.Id, c => c.Points, StringComparer.Ordinal);
    private ImmutableHashSet<string> _succeeded = [];
    private ImmutableHashSet<string> _touched = [];

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        _journal.Changed = ShowUnsaved;
        // What an earlier session could not store yet is part of what there is to load.
        await _journal.Drained.WaitAsync(s_loadLimit, factory.Time, cancellationToken).ConfigureAwait(false);
        var recorded = await factory
            .Recorder.LoadAsync(key, cancellationToken)
            .WaitAsync(s_loadLimit, factory.Time, cancellationToken)
            .ConfigureAwait(false);
        _touched = [.. recorded.Runs.Select(r => r.BlockId)];
        _succeeded = [.. recorded.Runs.Where(r => r.Phase == RunPhase.Succeeded).Select(r => r.BlockId)];
        var checks = recorded.Checks.ToDictionary(c => c.CheckId, StringComparer.Ordinal);
        var sections = recorded.Sections.ToDictionary(s => s.SectionId, StringComparer.Ordinal);
        live.Update(s => WithPoints(s with
        {
            Checks = lesson.Checks.ToImmutableDictionary(c => c.Id, c => checks.TryGetValue(c.Id, out var check)
                ? StateOf(check)
                : new CheckState(c.Id, CheckPhase.NotYet, Details: [])),
            Runs = recorded.Runs.Where(r => lesson.Blocks.Any(b => b.Id == r.BlockId)).ToImmutableDictionary(
                r => r.BlockId, r => new RunSnapshot { RunId = "recorded", BlockId = r.BlockId, Phase = r.Phase, Started = r.At - r.Duration, Duration = r.Duration }),
            Sections = _tracker.Sections.ToImmutableDictionary(x => x.Id, x => sections.TryGetValue(x.Id, out var section)
                ? new SectionProgress(x.Id, section.Phase, section.Phase is SectionPhase.Completed or SectionPhase.BrokenAgain ? section.At : null)
                : new SectionProgress(x.Id, SectionPhase.NotStarted, null)),
            Predictions = lesson
                .Predictions.Where(p =>
                    checks.GetValueOrDefault(p.Id)?.Message is { } choice && p.TextOf(choice) is not null
                )
                .ToImmutableDictionary(p => p.Id, p => checks[p.Id].Message!, StringComparer.Ordinal),
            PointsTotal = _points.Values.Sum(),
        }));
    }

    public void ShowRun(RunSnapshot run) => live.Update(s => s with
    {
        Runs = s.Runs.SetItem(run.BlockId, run),
        Previews = s.Previews.Remove(run.BlockId),
    });

    public void ShowPreview(RunSnapshot run) =>
        live.Update(s => s with { Previews = s.Previews.SetItem(run.BlockId, run) });

    /// <param name="wholeBlock">Only a run of the whole block as it stands completes it.</param>
    /// <param name="hurry">When cancelled the store is not waited for as long.</param>
    public async Task PublishRunAsync(QueuedRun queued, RunSnapshot run, bool wholeBlock, CancellationToken hurry)
    {
        await _recording.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _touched = _touched.Add(run.BlockId);
            if (wholeBlock)
            {
                var failed =
                    run.Commands.FirstOrDefault(c =>
                        c.Phase is RunPhase.Failed or RunPhase.TimedOut or RunPhase.Stopped
                    )?.Index
                    ?? -1;
                var record = new RunRecord(
                    queued.Section.Id,
                    run.BlockId,
                    run.Phase,
                    failed,
                    run.Duration,
                    factory.Time.GetUtcNow()
                );
                if (run.Phase == RunPhase.Succeeded)
                    _succeeded = _succeeded.Add(run.BlockId);
                await _journal.RecordAsync(record, hurry).ConfigureAwait(false);
            }
            ShowRun(run);
            await PublishSectionAsync(queued.Section, live.Current.Checks, hurry).ConfigureAwait(false);
        }
        finally
        {
            _recording.Release();
        }
    }

    /// <param name="hurry">When cancelled the store is not waited for as long.</param>
    public async Task PublishCheckAsync(
        CheckDefinition check,
        CheckState state,
        CheckFinding? evidence,
        CancellationToken hurry
    )
    {
        await _recording.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            var section = lesson.Sections.First(s => s.Checks.Any(c => c.Id == check.Id));
            var before = live.Current.Checks[check.Id];
            if (IsWorthRecording(section, before, state))
            {
                var record = new CheckRecord(
                    section.Id,
                    check.Id,
                    state.Phase,
                    state.IsPassed ? check.Points : 0,
                    state.Message,
                    evidence is null ? null : Evidence.ToJson(evidence),
                    factory.Time.GetUtcNow()
                );
                await _journal.RecordAsync(record, hurry).ConfigureAwait(false);
            }
            live.Update(s => WithPoints(s with { Checks = s.Checks.SetItem(check.Id, state) }));
            if (state.Phase != CheckPhase.Checking)
                await PublishSectionAsync(section, live.Current.Checks, hurry).ConfigureAwait(false);
        }
        finally
        {
            _recording.Release();
        }
    }

    /// <summary>Kept as a check that earns nothing, whose message is the choice. The first choice counts.</summary>
    /// <inheritdoc cref="PublishCheckAsync" path="/param[@name='hurry']"/>
    public async Task PublishPredictionAsync(Section section, string id, string choice, CancellationToken hurry)
    {
        await _recording.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (live.Current.Predictions.ContainsKey(id)) return;
            var record = new CheckRecord(section.Id, id, CheckPhase.Passed, 0, choice, null, factory.Time.GetUtcNow());
            await _journal.RecordAsync(record, hurry).ConfigureAwait(false);
            live.Update(s => s with { Predictions = s.Predictions.Add(id, choice) });
        }
        finally
        {
            _recording.Release();
        }
    }

    /// <summary>Lets nobody wait for the store for longer than a second from now.</summary>
    public void Hurry() => _journal.Hurry();

    /// <summary>Whether results are waiting for the store.</summary>
    public bool IsUnsaved => !_journal.IsEmpty;

    /// <summary>Ends this session's part. What is not stored yet is stored later.</summary>
    public Task CloseAsync() => factory.Journals.ReturnAsync(key);

    private void ShowUnsaved(Unsaved unsaved)
    {
        live.Update(s => s with { UnsavedBlocks = unsaved.Blocks, UnsavedChecks = unsaved.Checks });
        if (unsaved.Late) troubles.Begin(TroubleKind.Saving);
        else troubles.End(TroubleKind.Saving);
    }

    private static CheckState StateOf(CheckRecord check) =>
        new(
            check.CheckId,
            check.Phase == CheckPhase.Checking ? CheckPhase.NotYet : check.Phase,
            Message: check.Message,
            Since: check.At,
            Details: []
        )
        {
            Evidence = EvidenceOf(check),
        };

    /// <summary>
    /// Of a pass that stands, or of what ended it; what is kept of another state tells nothing of this one.
    /// </summary>
    private static CheckFinding? EvidenceOf(CheckRecord check) =>
        Evidence.Read(check.EvidenceJson) is { } evidence
        && check.Phase == (evidence.Holds ? CheckPhase.Passed : CheckPhase.BrokenAgain)
            ? evidence
            : null;

    /// <summary>What a check did not find counts only once the learner has begun its section.</summary>
    private bool IsWorthRecording(Section section, CheckState before, CheckState state)
    {
        if (state.Phase == CheckPhase.Checking || (state.Phase == before.Phase && state.Message == before.Message)) return false;
        return state.Phase != CheckPhase.NotYet || state.Wrong || live.Current.Sections[section.Id].Phase != SectionPhase.NotStarted;
    }

    private async Task PublishSectionAsync(
        Section section,
        ImmutableDictionary<string, CheckState> checks,
        CancellationToken hurry
    )
    {
        if (!live.Current.Sections.TryGetValue(section.Id, out var before)) return;
        var phase = _tracker.PhaseOf(section, before.Phase, _succeeded, _touched, checks);
        if (phase == before.Phase) return;
        var now = factory.Time.GetUtcNow();
        var record = new SectionRecord(section.Id, SectionTracker.KindName(section), phase, now);
        await _journal.RecordAsync(record, hurry).ConfigureAwait(false);
        live.Update(s =>
            s with
            {
                Sections = s.Sections.SetItem(
                    section.Id,
                    new(
                        section.Id,
                        phase,
                        phase == SectionPhase.Completed ? before.CompletedAt ?? now : before.CompletedAt
                    )
                ),
            }
        );
    }

    private SessionSnapshot WithPoints(SessionSnapshot snapshot) =>
        snapshot with { PointsEarned = snapshot.Checks.Values.Where(c => c.IsPassed).Sum(c => _points.GetValueOrDefault(c.CheckId)) };
}
