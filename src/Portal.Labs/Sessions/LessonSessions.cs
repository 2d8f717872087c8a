using System.Runtime.ExceptionServices;
using Portal.Content;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// The running sessions of this process. A session that nobody uses is closed after a while; its cluster and progress
/// stay. One that closes keeps its place until it has closed: whoever comes back meanwhile waits, or two would share
/// a directory.
/// </summary>
internal sealed class LessonSessions : ILessonSessions, IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMinutes(1);

    private readonly LessonSessionFactory _factory;
    private readonly ICourseCatalog _catalog;
    private readonly Lock _gate = new();
    private readonly Dictionary<LessonSessionKey, Place> _places = [];
    private readonly Guarded _guarded;
    private readonly ITimer _timer;
    private bool _disposed;

    public LessonSessions(LessonSessionFactory factory, ICourseCatalog catalog)
    {
        _factory = factory;
        _catalog = catalog;
        _guarded = factory.Guard("lesson sessions");
        factory.Expired = key => _ = CloseAsync(key, CancellationToken.None);
        _timer = _guarded.Timer("look for idle sessions", LookAround, s_lookEvery, s_lookEvery);
    }

    public async Task<ILessonSession> OpenAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task ending;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (!_places.TryGetValue(key, out var place))
                {
                    var lesson =
                        _catalog.FindLesson(key.CourseId, key.LessonId) ?? throw new LessonNotFoundException(key);
                    var session = _factory.Create(key, lesson);
                    _places[key] = new Place { Session = session };
                    session.Start();
                    _factory.Activities.Touch(key);
                    return session;
                }
                if (place is { Ending: null, Session: { } running }) return running;
                ending = place.Ending!;
            }
            await ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public ILessonSession? Find(LessonSessionKey key)
    {
        lock (_gate) return _places.GetValueOrDefault(key) is { Ending: null } place ? place.Session : null;
    }

    public ILessonSession? FindWorkspace(string workspaceId)
    {
        lock (_gate)
            return _places
                .Values.Where(p => p.Ending is null)
                .Select(p => p.Session)
                .FirstOrDefault(s => s?.WorkspaceId == workspaceId);
    }

    public int Running => All().Count(s => IsBusy(s.Current));

    /// <summary>Raised on a pool thread after a session has ended and its place is free.</summary>
    public event Action? Ended;

    /// <summary>Sessions that have a place, those that are just ending too.</summary>
    public int Open
    {
        get
        {
            lock (_gate) return _places.Values.Count(p => p.Session is not null);
        }
    }

    public SessionCensus Count()
    {
        var open = Open;
        var sessions = All().ConvertAll(s => (s.IsWatched, s.Current));
        return new(
            open,
            sessions.Count(s => s.IsWatched),
            sessions.Count(s => IsBusy(s.Current)),
            sessions.Sum(s => s.Current.Waiting.Length),
            _factory.Sleeping.Count
        );
    }

    public IReadOnlyList<LessonSessionKey> OpenOf(string learnerId)
    {
        lock (_gate)
            return
            [
                .. _places
                    .Where(p => p.Key.LearnerId == learnerId && p.Value is { Session: not null, Ending: null })
                    .Select(p => p.Key),
            ];
    }

    /// <summary>Whether the key has a place: a session that is open, or ends just now.</summary>
    public bool HasPlace(LessonSessionKey key)
    {
        lock (_gate) return _places.GetValueOrDefault(key)?.Session is not null;
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _factory.IsDraining = true;
        foreach (var session in All())
        {
            await foreach (var snapshot in session.WatchAsync(cancellationToken).ConfigureAwait(false))
                if (!IsBusy(snapshot))
                    break;
        }
    }

    public Task CloseAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
            return _places.TryGetValue(key, out var place)
                ? End(key, place, s => s.CloseAsync(delete: false)).WaitAsync(cancellationToken)
                : Task.CompletedTask;
    }

    public async Task DeleteAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        Task<Exception?>? ending = null;
        while (ending is null)
        {
            Task? before = null;
            lock (_gate)
            {
                if (!_places.TryGetValue(key, out var place)) ending = EndUnused(key, _factory.Provider.Name);
                else if (place.Ending is null) ending = End(key, place, s => s.CloseAsync(delete: true));
                else before = place.Ending;
            }
            if (before is not null) await before.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        // A page that goes away meanwhile leaves nothing half deleted.
        if (await ending.WaitAsync(cancellationToken).ConfigureAwait(false) is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>
    /// Deletes cluster and workspace if there is no session; a learner who opens one meanwhile waits.
    /// </summary>
    /// <returns>False when there is one, or when something could not be deleted, which is logged.</returns>
    public async Task<bool> TryDeleteUnusedAsync(LessonSessionKey key, string provider)
    {
        Task<Exception?> ending;
        lock (_gate)
        {
            if (_disposed || _places.ContainsKey(key)) return false;
            ending = EndUnused(key, provider);
        }
        return await ending.ConfigureAwait(false) is null;
    }

    public async ValueTask DisposeAsync()
    {
        List<Task> endings;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            endings = [.. _places.Select(p => End(p.Key, p.Value, s => s.CloseAsync(delete: false)))];
        }
        await _timer.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(endings).ConfigureAwait(false);
        await _factory.Journals.CloseAsync().ConfigureAwait(false);
    }

    private List<LessonSession> All()
    {
        lock (_gate)
            return [.. _places.Values.Where(p => p.Ending is null).Select(p => p.Session).OfType<LessonSession>()];
    }

    private static bool IsBusy(SessionSnapshot snapshot) =>
        snapshot.ActiveBlockId is not null || !snapshot.Waiting.IsEmpty;

    private void LookAround()
    {
        List<LessonSession> used;
        lock (_gate)
        {
            if (_disposed) return;
            foreach (var (key, place) in _places)
            {
                if (place is { Ending: null, Session: { } session } && session.Idle >= _factory.Options.IdleTimeout)
                    _ = End(key, place, s => s.CloseAsync(delete: false));
            }
            used =
            [
                .. _places.Values.Where(p => p.Ending is null && p.Session?.Idle < s_lookEvery).Select(p => p.Session!),
            ];
        }
        foreach (var session in used) session.TouchRecord();
    }

    private Task<Exception?> EndUnused(LessonSessionKey key, string provider) =>
        End(
            key,
            _places[key] = new Place(),
            _ => WorkspaceDeletion.DeleteAsync(_factory, key, provider, CancellationToken.None)
        );

    /// <summary>
    /// Ends what is in a place, once, and then gives the place up. The task never faults: it tells what went wrong.
    /// </summary>
    private Task<Exception?> End(LessonSessionKey key, Place place, Func<LessonSession, Task> end) =>
        place.Ending ??= EndAsync(key, place, end);

    private async Task<Exception?> EndAsync(LessonSessionKey key, Place place, Func<LessonSession, Task> end)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the lock
        try
        {
            await end(place.Session!).ConfigureAwait(false);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
        finally
        {
            lock (_gate) _places.Remove(key);
            if (place.Session is not null) _guarded.Invoke("session ended", () => Ended?.Invoke());
        }
    }

    /// <summary>Where a learner's session in a lesson is.</summary>
    private sealed class Place
    {
        /// <summary>Null while cluster and workspace are deleted without a session.</summary>
        public LessonSession? Session { get; init; }

        /// <summary>Null until it ends.</summary>
        public Task<Exception?>? Ending { get; set; }
    }
}
