namespace Portal.Labs.Sessions;

/// <summary>
/// The journals of this process. One that still holds results when its session closes goes on until they are stored,
/// and is the journal of the next session of its learner and lesson.
/// </summary>
internal sealed class ProgressJournals(LessonSessionFactory factory)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<LessonSessionKey, (ProgressJournal Journal, int Users)> _journals = [];

    /// <summary>Goes on with what an earlier process could not store.</summary>
    public async Task ResumeAsync()
    {
        if (factory.Options.UnsavedDirectory is not { } directory) return;
        foreach (var key in UnsavedFile.FindAll(directory))
        {
            Take(key);
            await ReturnAsync(key).ConfigureAwait(false);
        }
    }

    public ProgressJournal Take(LessonSessionKey key)
    {
        lock (_gate)
        {
            var (journal, users) = _journals.GetValueOrDefault(key);
            journal ??= new ProgressJournal(key, factory);
            _journals[key] = (journal, users + 1);
            return journal;
        }
    }

    public async Task ReturnAsync(LessonSessionKey key)
    {
        ProgressJournal? unused;
        lock (_gate)
        {
            if (!_journals.TryGetValue(key, out var taken)) return;
            var (journal, users) = taken;
            _journals[key] = (journal, users - 1);
            journal.Changed = null;
            unused = RemoveUnused(key);
            if (unused is null)
                _ = factory
                    .Guard(LessonSessionFactory.OwnerOf(key))
                    .Start("end of the journal", () => EndAsync(key, journal));
        }
        if (unused is not null) await unused.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>The process ends: what can be stored is.</summary>
    public async Task CloseAsync()
    {
        List<(LessonSessionKey Key, ProgressJournal Journal)> all;
        lock (_gate)
        {
            all = [.. _journals.Select(j => (j.Key, j.Value.Journal))];
            _journals.Clear();
        }
        await Task.WhenAll(all.Select(async j =>
        {
            var lost = await j.Journal.CloseAsync().ConfigureAwait(false);
            if (lost > 0) Log.ResultsLost(factory.Logger, j.Key.CourseId, j.Key.LessonId, j.Key.LearnerId, lost);
        })).ConfigureAwait(false);
    }

    private async Task EndAsync(LessonSessionKey key, ProgressJournal journal)
    {
        await journal.Drained.ConfigureAwait(false);
        ProgressJournal? unused;
        lock (_gate) unused = RemoveUnused(key);
        if (unused is not null) await unused.CloseAsync().ConfigureAwait(false);
    }

    private ProgressJournal? RemoveUnused(LessonSessionKey key)
    {
        if (_journals.GetValueOrDefault(key) is not { Journal: { IsEmpty: true } journal, Users: 0 }) return null;
        _journals.Remove(key);
        return journal;
    }
}
