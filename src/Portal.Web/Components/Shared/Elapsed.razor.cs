using Microsoft.AspNetCore.Components;

namespace Portal.Web.Components.Shared;

/// <summary>Time since a moment, ticking once a second. Exists only while something runs.</summary>
public sealed partial class Elapsed : LiveComponentBase
{
    private TimeSpan _elapsed;

    [Inject]
    public required TimeProvider Time { get; init; }

    [Parameter, EditorRequired]
    public DateTimeOffset Since { get; set; }

    protected override void OnParametersSet() => _elapsed = Time.GetUtcNow() - Since;

    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender) Follow(TickAsync);
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), Time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            await InvokeAsync(() =>
            {
                _elapsed = Time.GetUtcNow() - Since;
                StateHasChanged();
            });
        }
    }
}
