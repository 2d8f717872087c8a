using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>Which cluster this is, whether it is simulated, and what can be done to it as a whole.</summary>
public sealed partial class ClusterChip
{
    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    [Parameter, EditorRequired]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Lesson Lesson { get; set; }

    protected override IEnumerable<object?> Shown => [Snapshot?.Cluster, Snapshot?.Checkpoints, Snapshot?.EndsAt];

    /// <summary>Those that the cluster can go back to before.</summary>
    private ImmutableArray<(string Value, string Words)> Steps =>
        [
            .. Lesson.Sections
                .Where(s => Snapshot?.Checkpoints.Contains(s.Id) == true)
                .Select(s => (s.Id, Phases.FullTitle(s))),
        ];

    private string Name => Snapshot!.Cluster.Capabilities?.Simulated == true ? $"{Snapshot.Cluster.Provider} · simulated" : Snapshot!.Cluster.Provider;

    private string Word => Snapshot!.Cluster.Phase switch
    {
        ClusterPhase.Ready => "ready",
        ClusterPhase.Starting => "starting",
        ClusterPhase.Resetting => "resetting",
        ClusterPhase.Failed => "failed",
        ClusterPhase.Deleting => "being deleted",
        ClusterPhase.Deleted => "deleted",
        _ => "gone",
    };

    private string Css => Snapshot!.Cluster.Phase switch
    {
        ClusterPhase.Ready => "ok",
        ClusterPhase.Failed or ClusterPhase.Gone or ClusterPhase.Deleted => "bad",
        _ => "active",
    };

    private string Explanation => Snapshot!.Cluster.Capabilities?.Simulated == true
        ? "An emulation of Kubernetes and Istio inside the portal. kubectl and istioctl work on it as on a real cluster."
        : "A real cluster.";

    private static bool CanReset(ClusterPhase phase) =>
        phase
            is not (
                ClusterPhase.Starting
                or ClusterPhase.Resetting
                or ClusterPhase.Deleting
                or ClusterPhase.Deleted
            );

    private async Task RewindAsync()
    {
        var question = RewindQuestion.Among(Steps);
        if (await question.AskAsync(Dialogs) is { Length: > 0 } section) await Actions.RewindAsync(section);
    }

    private async Task ResetAsync()
    {
        var sure = await Dialogs.ShowMessageBoxAsync(
            "Reset the cluster?",
            "Everything in the cluster goes back to its first state and your shell starts afresh. Your progress and points stay.",
            yesText: "Reset cluster", cancelText: "Keep it");
        if (sure == true) await Actions.ResetAsync();
    }

    private async Task DeleteAsync()
    {
        var gone = IsShared
            ? "The cluster is not the portal's and stays; the"
            : "Your cluster for this lesson, everything in it, and the";
        var sure = await Dialogs.ShowMessageBoxAsync(
            $"Delete your {Thing}?",
            $"{gone} files of your workspace are deleted for good. Your progress, points and grades stay. You "
                + $"can start a new {Thing} at any time.",
            yesText: $"Delete {Thing}", cancelText: "Keep it");
        if (sure == true) await Actions.DeleteAsync();
    }

    /// <summary>What is deleted: a cluster that somebody else runs never is.</summary>
    private string Thing => IsShared ? "workspace" : "cluster";

    private bool IsShared => Snapshot!.Cluster.Provider == "kubeconfig";
}
