using Microsoft.Extensions.Options;
using Portal.Labs.Sessions;
using Portal.Shared;

namespace Portal.Web.Hosting.Draining;

/// <summary>The portal on its way to its end: pages say so, nothing new runs, what runs may end. Thread-safe.</summary>
internal sealed class PortalDrain(ILessonSessions sessions, IOptions<DrainOptions> options, TimeProvider time)
{
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(100);

    private readonly Live<State> _state = new(new State(false), time);

    public bool IsDraining => _state.Current.IsDraining;

    /// <summary>How many sessions run something now.</summary>
    public int Running => sessions.Running;

    /// <summary>Whether the portal is about to end, now and after each change.</summary>
    public async IAsyncEnumerable<bool> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var state in _state.WatchAsync(s_batch, cancellationToken)) yield return state.IsDraining;
    }

    /// <summary>Completes when nothing runs any more, when the time for it is over, or when cancelled.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _state.Update(_ => new State(true));
        using var limit = new CancellationTokenSource(options.Value.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await sessions.DrainAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed record State(bool IsDraining);
}
