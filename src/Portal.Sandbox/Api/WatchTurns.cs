using System.Diagnostics;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Api;

/// <summary>
/// A change wakes every watch of its cluster. They write one after the other, so that a thousand of them stand in a
/// line of their own and not in the thread pool's, before everybody else's requests; and when they take more
/// processor time than their cluster has for them they wait, and each then writes more changes at once. Thread-safe.
/// </summary>
/// <param name="cores">Processor time for writing to watches, in cores.</param>
internal sealed class WatchTurns(double cores)
{
    /// <summary>
    /// What encryption, the kernel and the thread pool take for a write, besides the turn itself: measured.
    /// </summary>
    private const double WriteSeconds = 60e-6;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly TokenBucket _time = new(TimeSpan.FromMilliseconds(400));

    /// <summary>Waits for a turn, which ends when the result is disposed of.</summary>
    public async ValueTask<Turn> TakeAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var wait = _time.Spend(0, cores);
            if (wait >= TimeSpan.FromMilliseconds(1))
                await Task.Delay(wait, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            return new(this, Stopwatch.GetTimestamp());
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    private void End(long begun, bool wrote)
    {
        _time.Spend(Stopwatch.GetElapsedTime(begun).TotalSeconds + (wrote ? WriteSeconds : 0), cores);
        _turn.Release();
    }

    internal sealed class Turn(WatchTurns turns, long begun) : IDisposable
    {
        /// <summary>Whether something was written in it.</summary>
        public bool Wrote { get; set; }

        public void Dispose() => turns.End(begun, Wrote);
    }
}
