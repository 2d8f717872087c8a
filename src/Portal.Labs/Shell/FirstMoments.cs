using Portal.Labs.Shell.Isolation;
using Portal.Shared;

namespace Portal.Labs.Shell;

/// <summary>
/// Lets a workspace's processes come before those of others when its learner has just asked for something, until that
/// has shown something or has been at it for a while; otherwise they give way. On a machine that a class keeps busy
/// this is what makes a click answer. Thread-safe.
/// </summary>
internal sealed class FirstMoments : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);

    private readonly IWorkspacePlace _place;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _isFirst;

    public FirstMoments(IWorkspacePlace place, Guarded guarded)
    {
        _place = place;
        _timer = guarded.Timer("first moments", Over, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Begin()
    {
        lock (_gate)
        {
            if (!_isFirst)
                _place.Favor(first: true);
            _isFirst = true;
            _timer.Change(s_longest, Timeout.InfiniteTimeSpan);
        }
    }

    public void Over()
    {
        if (!Volatile.Read(ref _isFirst))
            return;
        lock (_gate)
        {
            if (_isFirst)
                _place.Favor(first: false);
            _isFirst = false;
        }
    }

    public void Dispose() => _timer.Dispose();
}
