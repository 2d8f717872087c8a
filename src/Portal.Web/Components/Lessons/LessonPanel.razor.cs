using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>What stands beside the text: tabs on the cluster, its mesh, the terminal and the checks. On a phone it is a sheet.</summary>
public sealed partial class LessonPanel
{
    private PanelTab _tab;
    private bool _terminalOpened;

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

    private Task SelectAsync(PanelTab tab)
    {
        _tab = tab;
        _terminalOpened |= tab == PanelTab.Terminal; // and stays: what is on its screen is not drawn again
        return Open ? Task.CompletedTask : OpenChanged.InvokeAsync(true);
    }

    private static string IconOf(PanelTab tab) => tab switch
    {
        PanelTab.Cluster => Icons.Material.Rounded.ViewInAr,
        PanelTab.Mesh => Icons.Material.Rounded.Hub,
        PanelTab.Terminal => Icons.Material.Rounded.Terminal,
        _ => Icons.Material.Rounded.Checklist,
    };

    private enum PanelTab { Cluster, Mesh, Terminal, Checks }
}
