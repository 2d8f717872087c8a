using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Web.Hosting;

namespace Portal.Web.Components.Shared;

/// <summary>
/// A component that follows something live. Work started with <see cref="Follow"/> is cancelled when the component goes,
/// and is over before its children are disposed; its failures reach the error boundary around the component.
/// </summary>
public abstract class LiveComponentBase : ComponentBase, IAsyncDisposable
{
    private readonly CancellationTokenSource _disposing = new();
    private readonly List<Task> _running = [];

    /// <summary>Cancelled when the component is disposed.</summary>
    protected CancellationToken Disposing => _disposing.IsCancellationRequested ? new CancellationToken(true) : _disposing.Token;

    /// <summary>Runs <paramref name="work"/> beside rendering. Touch component state only inside <see cref="ComponentBase.InvokeAsync(Action)"/>.</summary>
    protected void Follow(Func<CancellationToken, Task> work)
    {
        if (_disposing.IsCancellationRequested) return;
        var token = _disposing.Token;
        _running.RemoveAll(t => t.IsCompleted);
        _running.Add(GuardAsync(work, token));
    }

    /// <summary>
    /// As <see cref="Follow"/>, for what reads the database on a page that goes on without it: begins again until the
    /// database answers.
    /// </summary>
    protected void FollowDatabase(Func<CancellationToken, Task> work, TimeProvider time) =>
        Follow(async cancellationToken =>
        {
            while (true)
            {
                try
                {
                    await work(cancellationToken);
                    return;
                }
                catch (Exception e) when (DatabaseAway.Is(e))
                {
                    await Task.Delay(DatabaseAway.RetryAfter, time, cancellationToken);
                }
            }
        });

    /// <summary>Called once, after the work has ended.</summary>
    protected virtual ValueTask LeaveAsync() => ValueTask.CompletedTask;

    private async Task GuardAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // off the renderer
        try
        {
            await work(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            // Whatever fails while the component goes has nobody left to see it.
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone; the circuit disposes this component soon.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposing.IsCancellationRequested) return;
        await _disposing.CancelAsync();
        // Work may be inside InvokeAsync on this very dispatcher, so it is awaited, never blocked on.
        await Task.WhenAll(_running);
        await LeaveAsync();
        _disposing.Dispose();
        GC.SuppressFinalize(this);
    }
}
