using Microsoft.Extensions.Time.Testing;
using Portal.Clusters;
using Portal.Labs.Sessions;
using Portal.Shared;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

/// <summary>The end of a session's time.</summary>
public sealed class SessionDeadlineTests : SessionFixture
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 1, 12, 0, 0, TimeSpan.Zero));
    private int _over;

    [Fact]
    public void Deadline_Comes_IsAnnouncedFiveMinutesBeforeAndToldOnce()
    {
        var (live, deadline) = NewDeadline();
        Assert.Null(live.Current.EndsAt);
        var end = _clock.GetUtcNow().AddMinutes(30);

        deadline.Set(end);
        _clock.Advance(TimeSpan.FromMinutes(24.9));
        Assert.Equal((end, false), (live.Current.EndsAt, live.Current.EndsSoon));
        _clock.Advance(TimeSpan.FromMinutes(0.2));
        Assert.True(live.Current.EndsSoon);
        Assert.Equal(0, _over);
        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal((true, false, 1), (live.Current.TimeIsUp, live.Current.EndsSoon, _over));
        deadline.Set(end.AddHours(1));
        _clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal((end, 1), (live.Current.EndsAt, _over));
    }

    [Fact]
    public void Deadline_Extended_IsAnnouncedAgainLater()
    {
        var (live, deadline) = NewDeadline();
        var end = _clock.GetUtcNow().AddMinutes(6);
        deadline.Set(end);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(live.Current.EndsSoon);

        deadline.Set(end.AddMinutes(15));

        Assert.False(live.Current.EndsSoon);
        _clock.Advance(TimeSpan.FromMinutes(13));
        Assert.False(live.Current.EndsSoon);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.True(live.Current.EndsSoon);
        deadline.Dispose();
        _clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal((false, 0), (live.Current.TimeIsUp, _over));
    }

    [Fact]
    public async Task Session_TimeIsUp_SleepsAndCanBeginAgain()
    {
        Limits.EndsAt = TimeProvider.System.GetUtcNow().AddMinutes(2);
        Provider.Past = ClusterPast.Kept;
        var session = await OpenAsync();
        Assert.True(session.Current.EndsSoon);

        await session.ExtendAsync(TimeProvider.System.GetUtcNow().AddMinutes(30), "Grace", CancellationToken.None);
        Assert.Equal(
            (false, InterventionKind.Extended, "Grace"),
            (session.Current.EndsSoon, session.Current.Intervention!.Kind, session.Current.Intervention.By)
        );
        await session.ExtendAsync(TimeProvider.System.GetUtcNow(), "Grace", CancellationToken.None);
        var ended = await Until(session, s => s.Cluster.Phase == ClusterPhase.Gone);

        Assert.True(ended.TimeIsUp);
        await Eventually.True(() => Sessions.Find(Key) is null);
        Assert.Empty(Provider.Deleted);
        Limits.EndsAt = null;
        var again = await OpenAsync();
        Assert.Equal((null, false), (again.Current.EndsAt, again.Current.TimeIsUp));
    }

    private (Live<SessionSnapshot> Live, SessionDeadline Deadline) NewDeadline()
    {
        var cluster = new ClusterStatus("sandbox", ClusterPhase.Ready, null, _clock.GetUtcNow(), []);
        var live = new Live<SessionSnapshot>(new SessionSnapshot { Cluster = cluster }, _clock);
        var guarded = new Guarded("test", Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, _clock);
        return (live, new SessionDeadline(live, guarded, _clock, () => _over++));
    }
}
