using System.Collections.Immutable;
using System.Threading.Channels;
using Portal.Shared;

namespace Portal.Labs.Sessions;

internal enum ResultKind { Run, Check, Section }

/// <summary>What waits for the store and is shown already.</summary>
/// <param name="Late">Whether the store did not take what it was given.</param>
internal sealed record Unsaved(ImmutableHashSet<string> Blocks, ImmutableHashSet<string> Checks, bool Late);

/// <summary>
/// One learner's results in one lesson on their way to the store: written in order by one writer, again and again with
/// growing pauses while the store fails. Who records waits for the store a moment only. Thread-safe.
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
        _drained.SetResult();
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
    public async Task RecordAsync(
        ResultKind kind,
        string id,
        Func<CancellationToken, Task> write,
        CancellationToken hurry
    )
    {
        var entry = new Entry(kind, id, write);
        Task hurried;
        lock (_gate)
        {
            if (
                _entries.Count >= Limit
                && _entries.Skip(1).FirstOrDefault(e => e.Kind == kind && e.Id == id) is { } older
            )
                _entries.Remove(older);
            if (_entries.Count == 0)
                _drained = NewSignal();
            _entries.AddLast(entry);
            entry.Shown = _late;
            hurried = _hurry.Task;
            if (_late) Tell();
        }
        _added.Writer.TryWrite(true);
        if (entry.Shown) return;
        await WaitAsync(entry.Settled.Task, s_patience, hurried, hurry).ConfigureAwait(false);
        if (!entry.Settled.Task.IsCompleted)
            await WaitAsync(entry.Settled.Task, s_shortPatience, s_never, CancellationToken.None).ConfigureAwait(false);
        lock (_gate)
        {
            if (entry.Stored) return;
            entry.Shown = _late = true;
            Tell();
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
    /// <returns>How many results could not be stored.</returns>
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
        lock (_gate) return _entries.Count;
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
                .Write(limit.Token)
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
            _entries.Remove(entry);
            entry.Stored = true;
            if (_entries.Count == 0)
            {
                if (_late) Log.ResultsSaved(_factory.Logger, _key.CourseId, _key.LessonId, _key.LearnerId);
                _late = false;
                _drained.TrySetResult();
            }
            if (entry.Shown) Tell();
        }
        entry.Settled.TrySetResult();
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
            Tell();
        }
    }

    private void Tell()
    {
        var shown = _entries.Where(e => e.Shown).ToList();
        Changed?.Invoke(new Unsaved(Ids(ResultKind.Run), Ids(ResultKind.Check), _late));
        ImmutableHashSet<string> Ids(ResultKind kind) => [.. shown.Where(e => e.Kind == kind).Select(e => e.Id)];
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Entry(ResultKind kind, string id, Func<CancellationToken, Task> write)
    {
        public ResultKind Kind => kind;
        public string Id => id;
        public Func<CancellationToken, Task> Write => write;
        public bool Stored { get; set; }

        /// <summary>Nobody waits for the store to take it any more.</summary>
        public bool Shown { get; set; }
        public TaskCompletionSource Settled { get; } = NewSignal();
    }
}
