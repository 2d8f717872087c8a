using System.Collections.Immutable;
using System.Threading.Channels;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>What waits for the store and is shown already.</summary>
/// <param name="Late">Whether the store did not take what it was given.</param>
internal sealed record Unsaved(ImmutableHashSet<string> Blocks, ImmutableHashSet<string> Checks, bool Late);

/// <summary>
/// One learner's results in one lesson on their way to the store: written in order by one writer, again and again with
/// growing pauses while the store fails. Who records waits for the store a moment only; what is shown before it is
/// stored is on local disk, so that it outlives the process. Thread-safe.
/// </summary>
internal sealed class ProgressJournal
{
    /// <summary>Beyond it a result that is in the queue already gives way to the newer one of the same thing.</summary>
    private const int Limit = 1000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_shortPatience = TimeSpan.FromSeconds(1);

    private static readonly Task s_never = new TaskCompletionSource().Task;

    private readonly LessonSessionKey _key;
    private readonly LessonSessionFactory _factory;
    private readonly UnsavedFile? _file;
    private readonly Lock _gate = new();
    private readonly LinkedList<Entry> _entries = [];
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _writer;
    private TaskCompletionSource _hurry = NewSignal();
    private TaskCompletionSource _drained = NewSignal();
    private bool _late;

    public ProgressJournal(LessonSessionKey key, LessonSessionFactory factory)
    {
        _key = key;
        _factory = factory;
        _file = factory.UnsavedFile(key);
        foreach (var record in _file?.Read() ?? []) _entries.AddLast(new Entry(record) { Shown = true, Kept = true });
        _late = _entries.Count > 0;
        if (!_late) _drained.SetResult();
        _writer = factory
            .Guard(LessonSessionFactory.OwnerOf(key))
            .Keep("saving of results", WriteAllAsync, _closing.Token);
    }

    /// <summary>Told what is not saved each time that changes. Called inside the journal: must be quick.</summary>
    public Action<Unsaved>? Changed { get; set; }

    public bool IsEmpty
    {
        get
        {
            lock (_gate) return _entries.Count == 0;
        }
    }

    /// <summary>Completes when everything that was recorded so far is stored.</summary>
    public Task Drained
    {
        get
        {
            lock (_gate) return _drained.Task;
        }
    }

    /// <summary>
    /// Records a result. Completes when it is stored, or when the store lets itself be waited for: then it stays
    /// here.
    /// </summary>
    /// <param name="hurry">When cancelled there is less patience.</param>
    public async Task RecordAsync(ProgressRecord record, CancellationToken hurry)
    {
        var entry = new Entry(record);
        Task hurried;
        bool shown;
        lock (_gate)
        {
            if (
                _entries.Count >= Limit
                && _entries.Skip(1).FirstOrDefault(e => e.Concerns(record)) is { } older
            )
                Remove(older);
            if (_entries.Count == 0)
                _drained = NewSignal();
            _entries.AddLast(entry);
            shown = entry.Shown = _late;
            hurried = _hurry.Task;
            if (shown) Show();
        }
        _added.Writer.TryWrite(true);
        // As it was then: meanwhile the writer may be about to show it, and it is not on disk before it has.
        if (shown) return;
        await WaitAsync(entry.Settled.Task, s_patience, hurried, hurry).ConfigureAwait(false);
        if (!entry.Settled.Task.IsCompleted)
            await WaitAsync(entry.Settled.Task, s_shortPatience, s_never, CancellationToken.None).ConfigureAwait(false);
        lock (_gate)
        {
            if (entry.Stored) return;
            entry.Shown = _late = true;
            Show();
        }
    }

    /// <summary>Lets everybody who waits for the store wait for a second more at most.</summary>
    public void Hurry()
    {
        lock (_gate)
        {
            _hurry.TrySetResult();
            _hurry = NewSignal();
        }
    }

    /// <summary>Tries once more for a bounded time.</summary>
    /// <returns>How many results are neither stored nor on local disk.</returns>
    public async Task<int> CloseAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _writer.WaitAsync(s_patience, _factory.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        using var limit = new CancellationTokenSource(s_patience, _factory.Time);
        try
        {
            while (_writer.IsCompleted && First() is { } entry)
                await WriteAsync(entry, limit.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Counted.
        }
        lock (_gate)
        {
            Keep(_entries);
            LabsTelemetry.Unsaved.Add(-_entries.Count(e => e.Shown));
            return _entries.Count(e => !e.Kept);
        }
    }

    private async Task WaitAsync(Task settled, TimeSpan patience, Task hurried, CancellationToken hurry)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        await Task.WhenAny(settled, hurried, Task.Delay(patience, _factory.Time, over.Token)).ConfigureAwait(false);
        await over.CancelAsync().ConfigureAwait(false);
    }

    private async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            while (First() is { } entry) await WriteAsync(entry, cancellationToken).ConfigureAwait(false);
            await _added.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private Entry? First()
    {
        lock (_gate) return _entries.First?.Value;
    }

    private async Task WriteAsync(Entry entry, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await entry
                .Record.RecordAsync(_factory.Recorder, _key, limit.Token)
                .WaitAsync(s_patience, _factory.Time, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            GiveUpForNow();
            throw;
        }
        lock (_gate)
        {
            Remove(entry);
            entry.Stored = true;
            if (_entries.Count == 0)
            {
                if (_late) Log.ResultsSaved(_factory.Logger, _key.CourseId, _key.LessonId, _key.LearnerId);
                _late = false;
                _file?.Delete();
                _drained.TrySetResult();
            }
            if (entry.Shown) Tell();
        }
        entry.Settled.TrySetResult();
    }

    private void Remove(Entry entry)
    {
        _entries.Remove(entry);
        if (entry.Shown) LabsTelemetry.Unsaved.Add(-1);
        entry.Waits = false;
    }

    private void GiveUpForNow()
    {
        lock (_gate)
        {
            if (!_late)
                Log.ResultsNotSaved(_factory.Logger, _key.CourseId, _key.LessonId, _key.LearnerId, _entries.Count);
            _late = true;
            foreach (var entry in _entries)
            {
                entry.Shown = true;
                entry.Settled.TrySetResult();
            }
            Show();
        }
    }

    /// <summary>What is shown is on disk before.</summary>
    private void Show()
    {
        Keep(_entries.Where(e => e.Shown));
        Tell();
    }

    private void Keep(IEnumerable<Entry> entries)
    {
        List<Entry> added = [.. entries.Where(e => !e.Kept)];
        if (added.Count == 0 || _file is null)
            return;
        var kept = _file.Append(
            [.. added.Select(e => e.Record)],
            () => [.. _entries.Where(e => e.Kept || added.Contains(e)).Select(e => e.Record)]
        );
        foreach (var entry in added)
            entry.Kept = kept;
    }

    private void Tell()
    {
        Changed?.Invoke(new Unsaved(Ids<RunRecord>(), Ids<CheckRecord>(), _late));
        ImmutableHashSet<string> Ids<T>() =>
            [.. _entries.Where(e => e is { Shown: true, Record: T }).Select(e => e.Record.Id)];
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Entry(ProgressRecord record)
    {
        public ProgressRecord Record => record;
        public bool Stored { get; set; }

        /// <summary>Whether it is in the queue still.</summary>
        public bool Waits { get; set; } = true;

        /// <summary>Nobody waits for the store to take it any more.</summary>
        public bool Shown
        {
            get;
            set
            {
                if (value && !field && Waits) LabsTelemetry.Unsaved.Add(1);
                field = value;
            }
        }

        /// <summary>Whether it is on local disk.</summary>
        public bool Kept { get; set; }
        public TaskCompletionSource Settled { get; } = NewSignal();

        public bool Concerns(ProgressRecord other) => record.GetType() == other.GetType() && record.Id == other.Id;
    }
}
