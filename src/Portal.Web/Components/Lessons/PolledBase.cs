using Microsoft.AspNetCore.Components;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>
/// What is asked of the cluster again and again, for as long as it is shown: it goes with the tab.
/// </summary>
/// <typeparam name="T">The answer.</typeparam>
public abstract class PolledBase<T> : LiveComponentBase
    where T : class
{
    /// <summary>Istio's Prometheus asks the proxies every 15 seconds.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(5);

    private CancellationTokenSource? _asked;

    [Inject]
    public required TimeProvider Time { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    /// <summary>The newest answer; null before the first.</summary>
    protected T? Answer { get; private set; }

    /// <returns>Null before there is a session to ask.</returns>
    protected abstract Task<T>? AskAsync(CancellationToken cancellationToken);

    /// <summary>Whoever else wants to know the newest answer.</summary>
    protected virtual Task OnAnsweredAsync(T answer) => Task.CompletedTask;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender)
            AskAgain();
    }

    /// <summary>Asks at once and from then on; what was asked before is answered no more.</summary>
    protected void AskAgain()
    {
        _asked?.Cancel();
        _asked?.Dispose();
        _asked = CancellationTokenSource.CreateLinkedTokenSource(Disposing);
        var asked = _asked.Token;
        Follow(_ => PollAsync(asked));
    }

    protected override ValueTask LeaveAsync()
    {
        _asked?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task PollAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var pace = new PeriodicTimer(s_pace, Time);
            do
            {
                if (AskAsync(cancellationToken) is not { } asking)
                    continue;
                var answer = await asking;
                await InvokeAsync(async () =>
                {
                    if (cancellationToken.IsCancellationRequested)
                        return;
                    Answer = answer;
                    StateHasChanged();
                    await OnAnsweredAsync(answer);
                });
            } while (await pace.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Something else is asked now, or nobody looks.
        }
    }
}
