using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Cluster;

/// <summary>Follows one object: what it is, its YAML, its events, and of a pod the logs.</summary>
public sealed partial class ObjectView
{
    private readonly ElementReference[] _buttons = new ElementReference[Enum.GetValues<ObjectTab>().Length];
    private ObjectDetail? _detail;
    private ObjectTab _tab;

    /// <summary>The YAML before the last change that was seen, or before the step.</summary>
    private string? _before;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    /// <summary>Of one component always the same.</summary>
    [Parameter, EditorRequired]
    public ClusterObjectKey Key { get; set; }

    /// <summary>Opens another object in its place.</summary>
    [Parameter]
    public EventCallback<ClusterObjectKey> Open { get; set; }

    private ImmutableArray<ObjectTab> Tabs =>
        Key is { Group: "", Kind: "Pod" }
            ? [ObjectTab.Overview, ObjectTab.Yaml, ObjectTab.Events, ObjectTab.Logs]
            : [ObjectTab.Overview, ObjectTab.Yaml, ObjectTab.Events];

    protected override void OnInitialized() => Follow(FollowAsync);

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await foreach (var detail in Actions.WatchObjectAsync(Key, cancellationToken))
        {
            await InvokeAsync(() =>
            {
                if (_detail is not { Yaml.Length: > 0 } last) _before = detail.Before;
                else if (last.Yaml != detail.Yaml) _before = last.Yaml;
                _detail = detail;
                StateHasChanged();
            });
        }
    }

    private async Task OnKeyAsync(KeyboardEventArgs e)
    {
        if (TabKeys.Next(Tabs, _tab, e.Key) is not { } next) return;
        _tab = next;
        await _buttons[(int)next].FocusAsync();
    }

    private static string TitleOf(ObjectTab tab) => tab == ObjectTab.Yaml ? "YAML" : tab.ToString();

    private enum ObjectTab { Overview, Yaml, Events, Logs }
}
