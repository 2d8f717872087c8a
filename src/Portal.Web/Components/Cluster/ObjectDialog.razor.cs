using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>One object of the cluster, as YAML.</summary>
public sealed partial class ObjectDialog
{
    private bool _copied;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [CascadingParameter]
    public required IMudDialogInstance Dialog { get; set; }

    [Parameter, EditorRequired]
    public ClusterObjectKey Key { get; set; }

    /// <summary>Null when the object is gone.</summary>
    [Parameter]
    public string? Yaml { get; set; }

    private async Task CopyAsync()
    {
        await Js.InvokeVoidAsync("navigator.clipboard.writeText", Yaml);
        _copied = true;
    }
}
