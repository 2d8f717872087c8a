using Microsoft.Extensions.Logging;
using Portal.Content;

namespace Portal.Labs.Sessions;

/// <summary>The running sessions of this process. A session that nobody uses is closed after a while; its cluster and progress stay.</summary>
internal sealed partial class LessonSessions : ILessonSessions, IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMinutes(1);

    private readonly LessonSessionFactory _factory;
    private readonly ICourseCatalog _catalog;
    private readonly ILogger<LessonSessions> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<LessonSessionKey, LessonSession> _sessions = [];
    private readonly ITimer _timer;
    private Task _closing = Task.CompletedTask;
    private bool _disposed;

    public LessonSessions(LessonSessionFactory factory, ICourseCatalog catalog, ILogger<LessonSessions> logger)
    {
        _factory = factory;
        _catalog = catalog;
        _logger = logger;
        _timer = factory.Time.CreateTimer(_ => CloseIdle(), null, s_lookEvery, s_lookEvery);
    }

    public Task<ILessonSession> OpenAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_sessions.TryGetValue(key, out var running)) return Task.FromResult<ILessonSession>(running);
            var lesson = _catalog.FindLesson(key.CourseId, key.LessonId) ?? throw new LessonNotFoundException(key);
            var session = _sessions[key] = _factory.Create(key, lesson);
            session.Start();
            return Task.FromResult<ILessonSession>(session);
        }
    }

    public ILessonSession? Find(LessonSessionKey key)
    {
        lock (_gate) return _sessions.GetValueOrDefault(key);
    }

    public async Task CloseAsync(LessonSessionKey key, CancellationToken cancellationToken)
    {
        LessonSession? session;
        lock (_gate) _sessions.Remove(key, out session);
        if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        List<LessonSession> sessions;
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            sessions = [.. _sessions.Values];
            _sessions.Clear();
        }
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _closing.ConfigureAwait(false);
        await Task.WhenAll(sessions.Select(s => s.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private void CloseIdle()
    {
        List<LessonSession> idle;
        lock (_gate)
        {
            if (_disposed || !_closing.IsCompleted) return;
            idle = [.. _sessions.Values.Where(s => s.Idle >= _factory.Options.IdleTimeout)];
            foreach (var session in idle) _sessions.Remove(session.Key);
            if (idle.Count > 0) _closing = Task.Run(() => CloseAsync(idle));
        }
    }

    private async Task CloseAsync(List<LessonSession> sessions)
    {
        foreach (var session in sessions)
        {
            try
            {
                await session.DisposeAsync().ConfigureAwait(false);
                LogIdle(session.Key.LessonId, session.Key.LearnerId);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                LogCloseFailed(e, session.Key.LessonId);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Closed the idle session of lesson {Lesson} of learner {Learner}.")]
    private partial void LogIdle(string lesson, string learner);

    [LoggerMessage(Level = LogLevel.Warning, Message = "An idle session of lesson {Lesson} did not close cleanly.")]
    private partial void LogCloseFailed(Exception exception, string lesson);
}
