using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Portal.Web.IntegrationTests;

/// <summary>A clock that goes on when somebody waits, by as much.</summary>
internal sealed class PassingTime() : FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50))
{
    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Lets so much pass once somebody waits for exactly that.</summary>
    public async Task PassAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await WaitedAsync(wait, cancellationToken);
        Advance(wait);
    }

    /// <summary>Ends when somebody waits for exactly that.</summary>
    public async Task WaitedAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        while (await _waits.Reader.ReadAsync(cancellationToken) != wait) { }
    }
}
