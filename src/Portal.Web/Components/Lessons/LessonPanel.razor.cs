using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Editor;
using Portal.Web.Components.Observe;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>What stands beside the text: tabs on the cluster, its mesh, the terminal and the checks. On a phone it is a sheet.</summary>
public sealed partial class LessonPanel
{
    private readonly ElementReference[] _buttons = new ElementReference[Enum.GetValues<PanelTab>().Length];
    private PanelTab _tab;
    private bool _terminalOpened;
    private bool _editorOpened;
    private EditorRequest? _request;

    /// <summary>The port that is framed, and what of it was opened; null for none.</summary>
    private (int Number, string Path)? _shown;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Lesson Lesson { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    /// <summary>Whether the sheet is open; a wide page shows the panel always.</summary>
    [Parameter]
    public bool Open { get; set; }

    [Parameter]
    public EventCallback<bool> OpenChanged { get; set; }

    private Section? PrometheusStep => AddonInstaller.Find(Lesson, "prometheus")?.Section;

    private ImmutableArray<PanelTab> Tabs =>
        [.. Enum.GetValues<PanelTab>().Where(t => t != PanelTab.App || _shown is not null)];

    protected override void OnInitialized()
    {
        Actions.ShowPort = (number, path) =>
        {
            _shown = (number, path);
            return ShowAsync(PanelTab.App);
        };
        Actions.Edit = request =>
        {
            _request = request;
            return ShowAsync(PanelTab.Editor);
        };
        Actions.ShowTab = async tab =>
        {
            await ShowAsync(tab);
            await _buttons[(int)tab].FocusAsync();
        };
    }

    /// <summary>Rendered after the tab is chosen: an open sheet is rendered by nobody else.</summary>
    private Task ShowAsync(PanelTab tab) => InvokeAsync(async () =>
    {
        await SelectAsync(tab);
        StateHasChanged();
    });

    private void CloseShown()
    {
        _shown = null;
        _tab = PanelTab.Cluster;
    }

    private Task SelectAsync(PanelTab tab)
    {
        _tab = tab;
        _terminalOpened |= tab == PanelTab.Terminal; // and stays: what is on its screen is not drawn again
        _editorOpened |= tab == PanelTab.Editor; // and what is not saved in it
        return Open ? Task.CompletedTask : OpenChanged.InvokeAsync(true);
    }

    private async Task OnKeyAsync(KeyboardEventArgs e)
    {
        if (TabKeys.Next(Tabs, _tab, e.Key) is not { } next) return;
        await SelectAsync(next);
        await _buttons[(int)next].FocusAsync();
    }
}
