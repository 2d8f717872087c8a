using Microsoft.Extensions.Options;
using Portal.Classroom.Retention;
using Portal.Shared;

namespace Portal.Web.Hosting;

/// <summary>Once a day, where <see cref="DataOptions.KeepDays"/> says so, lets go of what is older.</summary>
internal sealed class Retention(
    IOptions<DataOptions> data,
    IRetention retention,
    TimeProvider time,
    ILogger<Retention> logger
) : IHostedService, IDisposable
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly WallClock _clock = new(time);
    private readonly CancellationTokenSource _stopping = new();
    private Task _work = Task.CompletedTask;
    private bool _disposed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (data.Value.KeepDays > 0)
            _work = new Guarded("portal", logger, time).Keep("retention", ForgetDailyAsync, _stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host that failed to start disposes before it stops.
        if (_disposed) return;
        await _stopping.CancelAsync();
        await _work;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task ForgetDailyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await ForgetAsync(TimeSpan.FromDays(data.Value.KeepDays), cancellationToken);
            await Task.Delay(s_day, time, cancellationToken);
        }
    }

    private async Task ForgetAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        if (!_clock.IsBelieved(age))
        {
            Log.ForgettingPutOff(logger, data.Value.KeepDays);
            return;
        }
        var moment = time.GetUtcNow() - age;
        var rows = await retention.DeleteBeforeAsync(moment, cancellationToken);
        if (rows > 0)
            Log.Forgotten(logger, rows, moment);
    }
}
