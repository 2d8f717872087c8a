using System.Collections.Concurrent;
using Portal.Content;
using Portal.Labs.Sessions;

namespace Portal.Testing.Lessons;

/// <summary>Sessions that a test drives by hand.</summary>
public sealed class FakeLessonSessions(ICourseCatalog catalog) : ILessonSessions
{
    private readonly ConcurrentDictionary<LessonSessionKey, FakeLessonSession> _sessions = new();

    /// <summary>Keys that were opened, in order, each time it happened.</summary>
    public ConcurrentQueue<LessonSessionKey> Opened { get; } = new();

    /// <summary>Called for each new session, before anybody sees it.</summary>
    public Action<FakeLessonSession>? Starting { get; set; }

    public Task<ILessonSession> OpenAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        var lesson = catalog.FindLesson(key.CourseId, key.LessonId) ?? throw new LessonNotFoundException(key);
        var session = _sessions.GetOrAdd(key, k =>
        {
            var session = new FakeLessonSession(k, lesson);
            Starting?.Invoke(session);
            return session;
        });
        // Last: who waits for it finds the session.
        Opened.Enqueue(key);
        return Task.FromResult<ILessonSession>(session);
    }

    public ILessonSession? Find(LessonSessionKey key) => _sessions.GetValueOrDefault(key);

    public ILessonSession? FindWorkspace(string workspaceId) =>
        _sessions.Values.FirstOrDefault(s => s.WorkspaceId == workspaceId);

    public int Running => _sessions.Values.Count(s => s.Current.ActiveBlockId is not null);

    public SessionCensus Count() => new(_sessions.Count, 0, Running, 0);

    public IReadOnlyList<LessonSessionKey> OpenOf(string learnerId) =>
        [.. _sessions.Keys.Where(k => k.LearnerId == learnerId)];

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        foreach (var session in _sessions.Values)
        {
            await foreach (var snapshot in session.WatchAsync(cancellationToken))
                if (snapshot.ActiveBlockId is null)
                    break;
        }
    }

    /// <summary>Keys whose cluster was deleted, in order.</summary>
    public ConcurrentQueue<LessonSessionKey> Deleted { get; } = new();

    /// <summary>What deleting a cluster throws, or null.</summary>
    public Exception? DeleteFailure { get; set; }

    public Task DeleteAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        if (DeleteFailure is { } failure) return Task.FromException(failure);
        Deleted.Enqueue(key);
        if (!_sessions.TryRemove(key, out var session)) return Task.CompletedTask;
        session.Push(s => s with { Cluster = s.Cluster with { Phase = ClusterPhase.Deleted } });
        session.End();
        return Task.CompletedTask;
    }

    public Task CloseAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        if (_sessions.TryRemove(key, out var session)) session.End();
        return Task.CompletedTask;
    }
}
