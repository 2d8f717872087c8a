using System.Threading.Channels;
using Portal.Classroom.Model;
using Portal.Classroom.Platforms;
using Portal.Web.Deliveries;

namespace Portal.Web.Lti.Scores;

/// <summary>
/// Brings one platform what it has not heard yet, one score after the other. What waits is in the database, so it
/// outlives a restart, and a later score takes the place of one that waits. A score that is refused lets the others go
/// on; a platform that is away is left alone for a while, and keeps no other waiting. Nothing is given up.
/// </summary>
internal sealed class ScoreQueue(
    IPlatformScores scores,
    ServiceClient services,
    TimeProvider time,
    ILogger logger
)
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );
    private readonly LtiPlatform _platform = services.Platform;
    private readonly ScoreClient _client = new(services);
    private readonly ColumnClient _columns = new(services);
    private DateTimeOffset _awayUntil;
    private int _failures;
    private string? _told;

    /// <summary>Something may wait.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    public async Task SendAllAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var wait = await SendDueAsync(cancellationToken);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var woken = _wake.Reader.ReadAsync(end.Token).AsTask();
            await Task.WhenAny(woken, Task.Delay(wait, time, end.Token));
            await end.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <returns>When something is due next.</returns>
    private async Task<TimeSpan> SendDueAsync(CancellationToken cancellationToken)
    {
        var next = Timeout.InfiniteTimeSpan;
        // A class shares a column: it is asked for once, whatever the answer.
        var columns = new Dictionary<(string?, string?, string, string), (string? LineItem, ScoreAnswer? Problem)>();
        foreach (var score in await scores.ListWaitingAsync(_platform.Key, cancellationToken))
        {
            var now = time.GetUtcNow();
            var due = Until(_awayUntil > score.NextAt ? _awayUntil : score.NextAt, now);
            if (due <= TimeSpan.Zero)
            {
                if (await SendAsync(score, columns, now, cancellationToken) is not { } pause)
                    continue;
                due = pause;
            }
            if (next == Timeout.InfiniteTimeSpan || due < next)
                next = due;
        }
        return next;
    }

    /// <returns>When to try again; null when it was taken.</returns>
    private async Task<TimeSpan?> SendAsync(
        PlatformScore score,
        Dictionary<(string?, string?, string, string), (string? LineItem, ScoreAnswer? Problem)> columns,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var answer =
            await FindColumnAsync(score, columns, cancellationToken)
            ?? await SendStampedAsync(score, now, cancellationToken);
        if (answer.Fate == ScoreFate.Taken)
        {
            await scores.SentAsync(score.Id, score.Done, score.Total, cancellationToken);
            if (_failures > 0)
                Log.ScoresTakenAgain(logger, _platform.Name);
            (_failures, _awayUntil) = (0, default);
            return null;
        }
        if (answer.Fate == ScoreFate.Gone && score.LineItems is not null)
            await scores.LostAsync(score, cancellationToken);
        // Once for a score, and once for all of which the same is to be said.
        if (score.Problem is null && answer.Problem != _told)
            Log.ScoreNotTaken(logger, answer.Problem);
        _told = answer.Problem;
        var pause = DeliveryPauses.After(
            answer.Fate == ScoreFate.Away ? ++_failures : score.Failures + 1,
            answer.RetryAfter
        );
        if (answer.Fate == ScoreFate.Away)
            _awayUntil = now + pause;
        await scores.FailedAsync(score.Id, answer.Problem, now + pause, cancellationToken);
        return pause;
    }

    /// <returns>What is wrong; null when the score has a column now.</returns>
    private async Task<ScoreAnswer?> FindColumnAsync(
        PlatformScore score,
        Dictionary<(string?, string?, string, string), (string? LineItem, ScoreAnswer? Problem)> columns,
        CancellationToken cancellationToken
    )
    {
        if (score.LineItem.Length > 0)
            return null;
        var key = (score.LineItems, score.LinkId, score.CourseId, score.LessonId);
        if (!columns.TryGetValue(key, out var column))
        {
            column = columns[key] = await _columns.FindAsync(score, cancellationToken);
            if (column.LineItem is { } found)
                await scores.FoundAsync(score, found, cancellationToken);
        }
        if (column.LineItem is null)
            return column.Problem;
        score.LineItem = column.LineItem;
        return null;
    }

    private async Task<ScoreAnswer> SendStampedAsync(
        PlatformScore score,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        // Also when the clock was set back. A platform ignores what is not later than what it has.
        var stamp = now > score.Stamp ? now : score.Stamp.AddMilliseconds(1);
        await scores.StampAsync(score.Id, stamp, cancellationToken);
        return await _client.SendAsync(score, stamp, cancellationToken);
    }

    /// <summary>A pause that is longer than any is one of before the clock was set back.</summary>
    private static TimeSpan Until(DateTimeOffset at, DateTimeOffset now) =>
        at - now > DeliveryPauses.Longest ? TimeSpan.Zero : at - now;
}
