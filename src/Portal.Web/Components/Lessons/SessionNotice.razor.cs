using Microsoft.AspNetCore.Components;
using Portal.Clusters;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>What stands in the way of running: a cluster that starts, failed, or is new while the progress is not.</summary>
public sealed partial class SessionNotice
{
    private string? _refusal;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Lesson Lesson { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    /// <summary>
    /// Completed steps whose effect a simulated cluster has lost: when the portal was killed, or it was deleted.
    /// A run that is only remembered has no commands.
    /// </summary>
    private List<Section> StepsToRepeat =>
        Snapshot
            is {
                Cluster: { Phase: ClusterPhase.Ready, Capabilities.Simulated: true, Past: ClusterPast.New },
                ActiveBlockId: null
            } s
        && s.Waiting.IsEmpty
        && s.Runs.Values.All(r => r.Commands.IsEmpty)
            ?
            [
                .. Lesson.Sections.Where(x =>
                    x.Kind == SectionKind.Step
                    && s.Sections.GetValueOrDefault(x.Id)?.Phase is SectionPhase.Completed or SectionPhase.BrokenAgain
                ),
            ]
            : [];

    private async Task RepeatAsync()
    {
        _refusal = null;
        foreach (var step in StepsToRepeat)
            _refusal ??= await Actions.RunSectionAsync(step, Snapshot!.Cluster.Provider);
    }
}
