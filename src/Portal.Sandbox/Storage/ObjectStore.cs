using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Shared;

namespace Portal.Sandbox.Storage;

internal enum StoreEventType { Added, Modified, Deleted }

/// <summary>One change. <see cref="Previous"/> lets a watch with a selector tell "stopped matching" from "never matched".</summary>
internal sealed record StoreEvent(string Resource, StoreEventType Type, StoredObject Object, StoredObject? Previous)
{
    private readonly byte[]?[] _lines = new byte[]?[3];

    public long ResourceVersion => Object.ResourceVersion;

    /// <summary>Bytes that the event keeps: what the object was, and the line that watches send of it.</summary>
    public long Size => Object.Size + (Previous?.Size ?? 0);

    /// <summary>The bytes that watches send of this change, built by the first and shared by all that see it alike.</summary>
    public byte[] Line(StoreEventType seenAs, Func<StoredObject, byte[]> build) => _lines[(int)seenAs] ??= build(Object);
}

/// <summary>Everything a cluster holds at one revision; a pointer, so that checkpoints and consistent lists are free.</summary>
internal sealed record StoreSnapshot(long Revision, ImmutableDictionary<string, ImmutableSortedDictionary<ObjectName, StoredObject>> Resources)
{
    public static StoreSnapshot Empty { get; } = new(1, ImmutableDictionary.Create<string, ImmutableSortedDictionary<ObjectName, StoredObject>>(StringComparer.Ordinal));

    public ImmutableSortedDictionary<ObjectName, StoredObject> Of(string resource) =>
        Resources.GetValueOrDefault(resource, ImmutableSortedDictionary<ObjectName, StoredObject>.Empty);

    public StoredObject? Find(string resource, string @namespace, string name) => Of(resource).GetValueOrDefault(new(@namespace, name));

    public IEnumerable<StoredObject> List(string resource, string? @namespace = null)
    {
        var all = Of(resource);
        return string.IsNullOrEmpty(@namespace) ? all.Values : all.Values.Where(o => o.Namespace == @namespace);
    }
}

/// <summary>
/// The objects of one cluster. Readers take <see cref="Snapshot"/> without a lock; there is one writer at a time.
/// Resources are named <c>plural.group</c> (<c>pods</c>, <c>deployments.apps</c>).
/// </summary>
internal sealed class ObjectStore
{
    /// <summary>How many events a watch may lag behind before it is told to relist (410), as in the API server's watch cache.</summary>
    private const int HistorySize = 1024;

    /// <summary>How many lists can be read page by page at once; a snapshot shares nearly all its objects with the present one.</summary>
    private const int MaxRemembered = 16;

    /// <summary>A cluster that was not written to for this long forgets its history, which is then the larger part of its memory. A watch from before relists.</summary>
    private static readonly TimeSpan s_idleAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _writer = new();
    private readonly TimeProvider _time;
    private readonly Guarded _guarded;
    private readonly StoreQuota _quota;
    private StoreEvent?[] _history = [];
    private long _historyBytes;
    private ITimer? _idle;
    private DateTimeOffset _lastWrite;
    private StoreSnapshot _snapshot;
    private long _sequence;
    private long _firstSequence;
    private long _oldestRevision;
    private TaskCompletionSource _changed = NewSignal();
    private ImmutableList<StoreSnapshot> _remembered = [];

    /// <param name="guarded">Starts the timer that forgets the history.</param>
    /// <param name="baseline">What the store holds from the beginning.</param>
    public ObjectStore(TimeProvider time, Guarded guarded, StoreQuota quota, StoreSnapshot? baseline = null)
    {
        (_time, _guarded, _quota) = (time, guarded, quota);
        _snapshot = baseline ?? StoreSnapshot.Empty;
        _oldestRevision = _snapshot.Revision;
        _quota.Count(_snapshot);
    }

    public StoreSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>Raised for each change, in order, on the writer's thread and inside its lock: handlers only queue work.</summary>
    public event Action<StoreEvent>? Changed;

    /// <summary>Runs a read-modify-write with no other writer in between. Re-entrant on the same thread.</summary>
    public T Write<T>(Func<StoreTransaction, T> action)
    {
        lock (_writer) return action(new StoreTransaction(this));
    }

    /// <summary>
    /// Keeps a snapshot for the later pages of a list; the oldest is forgotten first. Of a large store few are kept:
    /// what they hold may all have changed since.
    /// </summary>
    public void Remember(StoreSnapshot snapshot)
    {
        long bytes = 0;
        foreach (var objects in snapshot.Resources.Values) foreach (var o in objects.Values) bytes += o.Size;
        var most = (int)Math.Clamp(_quota.Budgets.HistoryBytes / Math.Max(1, bytes), 1, MaxRemembered);
        ImmutableInterlocked.Update(
            ref _remembered,
            list =>
                list.Exists(s => s.Revision == snapshot.Revision)
                    ? list
                    : list.RemoveRange(0, Math.Max(0, list.Count - most + 1)).Add(snapshot)
        );
    }

    /// <summary>The state at exactly this revision, while it is the present one or remembered.</summary>
    public StoreSnapshot? Recall(long revision) => Snapshot is var now && now.Revision == revision ? now : _remembered.Find(s => s.Revision == revision);

    /// <summary>
    /// Puts a snapshot back, an earlier one of this store or another's. Watches that are open get 410 and relist. The
    /// revision never falls below that of an object.
    /// </summary>
    public void Restore(StoreSnapshot snapshot)
    {
        TaskCompletionSource signal;
        lock (_writer)
        {
            var revision = Math.Max(_snapshot.Revision, snapshot.Revision) + 1;
            _remembered = [];
            _sequence++;
            Forget(revision);
            Volatile.Write(ref _snapshot, snapshot with { Revision = revision });
            _quota.Count(snapshot);
            signal = Swap();
        }
        signal.TrySetResult();
    }

    /// <summary>A position from which <see cref="Read"/> returns every change after <paramref name="revision"/>; null when that is too old.</summary>
    public long? CursorAfter(long revision)
    {
        lock (_writer)
        {
            if (revision < _oldestRevision - 1) return null;
            var cursor = _sequence;
            while (cursor > _firstSequence && _history[(cursor - 1) % HistorySize] is { } e && e.ResourceVersion > revision) cursor--;
            return cursor;
        }
    }

    /// <summary>
    /// Moves changes after the cursor into <paramref name="into"/>. False when the cursor has fallen off the history.
    /// </summary>
    /// <param name="most">How many at a time.</param>
    public bool Read(ref long cursor, List<StoreEvent> into, out Task changed, int most = int.MaxValue)
    {
        lock (_writer)
        {
            changed = _changed.Task;
            if (cursor < _firstSequence) return false;
            for (; cursor < _sequence && into.Count < most; cursor++) into.Add(_history[cursor % HistorySize]!);
            return true;
        }
    }

    /// <summary>Drops every change up to <paramref name="revision"/>. Watches that have read them go on.</summary>
    private void Forget(long revision)
    {
        _history = [];
        _historyBytes = 0;
        _firstSequence = _sequence;
        _oldestRevision = revision;
    }

    /// <summary>The cluster is gone: nothing of it is kept alive by a timer.</summary>
    public void Stop()
    {
        lock (_writer)
        {
            _idle?.Dispose();
            _idle = null;
        }
    }

    /// <summary>One timer after the last write, none while nothing is written.</summary>
    private void ForgetWhenIdle()
    {
        lock (_writer)
        {
            var rest = _lastWrite + s_idleAfter - _time.GetUtcNow();
            if (rest > TimeSpan.Zero)
            {
                _idle?.Change(rest, Timeout.InfiniteTimeSpan);
                return;
            }
            _idle?.Dispose();
            _idle = null;
            _remembered = [];
            Forget(_snapshot.Revision + 1);
        }
    }

    internal StoredObject Commit(string resource, StoreEventType type, JsonObject obj, StoredObject? previous)
    {
        var revision = _snapshot.Revision + 1;
        obj.Ensure("metadata")["resourceVersion"] = revision.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var stored = new StoredObject(obj, revision);
        if (type == StoreEventType.Deleted) _quota.Release(previous!);
        else _quota.Take(stored, previous);
        var name = new ObjectName(stored.Namespace, stored.Name);
        var map = _snapshot.Of(resource);
        map = type == StoreEventType.Deleted ? map.Remove(name) : map.SetItem(name, stored);
        var change = new StoreEvent(resource, type, stored, previous);
        if (_history.Length == 0) _history = new StoreEvent?[HistorySize];
        _lastWrite = _time.GetUtcNow();
        _idle ??= _guarded.Timer("watch history", ForgetWhenIdle, s_idleAfter, Timeout.InfiniteTimeSpan);
        _historyBytes += change.Size;
        while (
            _sequence - _firstSequence == HistorySize
            || (_sequence > _firstSequence && _historyBytes > _quota.Budgets.HistoryBytes)
        )
            DropOldest();
        _history[_sequence++ % HistorySize] = change;
        Volatile.Write(ref _snapshot, new StoreSnapshot(revision, _snapshot.Resources.SetItem(resource, map)));
        Changed?.Invoke(change);
        Swap().TrySetResult();
        return stored;
    }

    private void DropOldest()
    {
        var slot = _firstSequence++ % HistorySize;
        var oldest = _history[slot]!;
        _oldestRevision = oldest.ResourceVersion + 1;
        _historyBytes -= oldest.Size;
        _history[slot] = null;
    }

    private TaskCompletionSource Swap()
    {
        var signal = _changed;
        _changed = NewSignal();
        return signal;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The writer's view of the store; valid inside <see cref="ObjectStore.Write{T}"/> only.</summary>
internal readonly struct StoreTransaction(ObjectStore store)
{
    public StoreSnapshot Snapshot => store.Snapshot;

    public StoredObject Put(string resource, JsonObject obj, StoredObject? previous) =>
        store.Commit(resource, previous is null ? StoreEventType.Added : StoreEventType.Modified, obj, previous);

    public StoredObject Delete(string resource, StoredObject existing) =>
        store.Commit(resource, StoreEventType.Deleted, existing.Parse(), existing);
}
