using MudBlazor;

namespace Portal.Web.Components.Lessons;

/// <summary>A tab beside the lesson's text, in the order in which they stand there.</summary>
public enum PanelTab { Cluster, Mesh, Terminal, Editor, Observe, App, Checks }

internal static class PanelTabs
{
    public static string Icon(this PanelTab tab) => tab switch
    {
        PanelTab.Cluster => Icons.Material.Rounded.ViewInAr,
        PanelTab.Mesh => Icons.Material.Rounded.Hub,
        PanelTab.Terminal => Icons.Material.Rounded.Terminal,
        PanelTab.Editor => Icons.Material.Rounded.EditNote,
        PanelTab.Observe => Icons.Material.Rounded.QueryStats,
        PanelTab.App => Icons.Material.Rounded.Public,
        _ => Icons.Material.Rounded.Checklist,
    };
}
