using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;

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

    /// <summary>As the pattern of ARIA wants it: one stop for Tab, and the arrow keys choose.</summary>
    private async Task OnKeyAsync(KeyboardEventArgs e)
    {
        var (tabs, at) = (Tabs, Tabs.IndexOf(_tab));
        var next = e.Key switch
        {
            "ArrowRight" => (at + 1) % tabs.Length,
            "ArrowLeft" => (at + tabs.Length - 1) % tabs.Length,
            "Home" => 0,
            "End" => tabs.Length - 1,
            _ => at,
        };
        if (next == at) return;
        _tab = tabs[next];
        await _buttons[(int)_tab].FocusAsync();
    }

    private static string TitleOf(ObjectTab tab) => tab == ObjectTab.Yaml ? "YAML" : tab.ToString();

    private enum ObjectTab { Overview, Yaml, Events, Logs }
}
