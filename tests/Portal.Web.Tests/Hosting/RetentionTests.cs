using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Classroom.Retention;
using Portal.Testing;
using Portal.Web.Hosting;
using Xunit;

namespace Portal.Web.Tests.Hosting;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(s_start);
    private readonly SetTime _wall;
    private readonly Kept _kept = new();

    public RetentionTests() => _wall = new SetTime(_time);

    [Fact]
    public async Task Start_KeepDays_ForgetsDaily()
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        using var retention = Make(30);

        await retention.StartAsync(limit.Token);
        Assert.Equal(s_start.AddDays(-30), await _kept.Moments.Reader.ReadAsync(limit.Token));
        var second = _kept.Moments.Reader.ReadAsync(limit.Token).AsTask();
        await Eventually.True(() =>
        {
            if (!second.IsCompleted)
                _time.Advance(TimeSpan.FromHours(12));
            return second.IsCompleted;
        });

        Assert.True(await second >= s_start.AddDays(-29));
        await retention.StopAsync(limit.Token);
    }

    [Fact]
    public async Task Forget_ClockSetForwards_WaitsAsLongAsThingsAreKept()
    {
        using var limit = new CancellationTokenSource(TestTimeouts.Default);
        using var retention = Make(30);
        await retention.StartAsync(limit.Token);
        await _kept.Moments.Reader.ReadAsync(limit.Token);

        _wall.Offset = TimeSpan.FromDays(300);
        var second = _kept.Moments.Reader.ReadAsync(limit.Token).AsTask();
        await Eventually.True(() =>
        {
            if (!second.IsCompleted)
                _time.Advance(TimeSpan.FromHours(12));
            return second.IsCompleted;
        });

        Assert.True(await second >= s_start.AddDays(300));
        await retention.StopAsync(limit.Token);
    }

    [Fact]
    public async Task Start_ByDefault_ForgetsNothing()
    {
        using var retention = Make(0);

        await retention.StartAsync(CancellationToken.None);
        await retention.StopAsync(CancellationToken.None);

        Assert.False(_kept.Moments.Reader.TryRead(out _));
    }

    private Retention Make(int days) =>
        new(Options.Create(new DataOptions { KeepDays = days }), _kept, _wall, NullLogger<Retention>.Instance);

    private sealed class Kept : IRetention
    {
        public Channel<DateTimeOffset> Moments { get; } = Channel.CreateUnbounded<DateTimeOffset>();

        public Task<int> DeleteBeforeAsync(DateTimeOffset moment, CancellationToken cancellationToken)
        {
            Moments.Writer.TryWrite(moment);
            return Task.FromResult(0);
        }
    }
}
