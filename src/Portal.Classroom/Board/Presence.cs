using System.Collections.Concurrent;

namespace Portal.Classroom.Board;

internal sealed class Presence(ChangeSignal changes) : IPresence
{
    private readonly ConcurrentDictionary<(string Learner, string Course, string Lesson), int> _open = new();

    public IDisposable Enter(string learnerId, string courseId, string lessonId)
    {
        var key = (learnerId, courseId, lessonId);
        if (_open.AddOrUpdate(key, 1, (_, n) => n + 1) == 1) changes.Raise();
        return new Page(this, key);
    }

    public bool IsPresent(string learnerId, string courseId, string lessonId) =>
        _open.GetValueOrDefault((learnerId, courseId, lessonId)) > 0;

    private void Leave((string, string, string) key)
    {
        if (_open.AddOrUpdate(key, 0, (_, n) => n - 1) == 0) changes.Raise();
    }

    private sealed class Page(Presence presence, (string, string, string) key) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) presence.Leave(key);
        }
    }
}
