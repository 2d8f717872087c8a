using Microsoft.AspNetCore.Components;
using Portal.Clusters.Api;
using Portal.Shared;
using Portal.Web.Components.Lessons;

namespace Portal.Web.Components.Cluster;

/// <summary>
/// One log, from the component's beginning to its end. Shown a few times a second, however fast it is written.
/// </summary>
public sealed partial class LogStream
{
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(250);
    private LogLines _shown = LogLines.None;

    [Inject]
    public required TimeProvider Time { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    /// <summary>Of one component always the same.</summary>
    [Parameter, EditorRequired]
    public required PodLogQuery Query { get; set; }

    protected override void OnInitialized()
    {
        var live = new Live<LogLines>(LogLines.None, Time);
        Follow(c => ReadAsync(live, c));
        Follow(async cancellationToken =>
        {
            await foreach (var lines in live.WatchAsync(s_pace, cancellationToken))
            {
                await InvokeAsync(() =>
                {
                    _shown = lines;
                    StateHasChanged();
                });
            }
        });
    }

    private async Task ReadAsync(Live<LogLines> live, CancellationToken cancellationToken)
    {
        string? problem = null;
        try
        {
            await foreach (var lines in Actions.ReadLogAsync(Query, cancellationToken)) live.Update(l => l.Add(lines));
        }
        catch (ClusterApiException e)
        {
            problem = e.Message;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            problem = "The connection to the cluster was lost. Close the log and open it again.";
        }
        live.Update(l => l with { Ended = true, Problem = problem });
        live.Complete();
    }
}
