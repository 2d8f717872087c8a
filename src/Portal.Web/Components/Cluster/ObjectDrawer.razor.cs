using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using Portal.Clusters.Watching;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Cluster;

/// <summary>
/// One object of the cluster, over the panel's rows. The focus goes into it, and back to the row when it closes; what
/// belongs to the object opens in its place.
/// </summary>
public sealed partial class ObjectDrawer : IAsyncDisposable
{
    private readonly Stack<ClusterObjectKey> _trail = new();
    private ElementReference _drawer;
    private IJSObjectReference? _module;
    private IJSObjectReference? _opened;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Parameter, EditorRequired]
    public ClusterObjectKey Key { get; set; }

    [Parameter, EditorRequired]
    public EventCallback<ClusterObjectKey?> KeyChanged { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _module = await Js.ImportAsync(Assets, "Components/Cluster/ObjectDrawer.razor.js");
        _opened = await _module.InvokeAsync<IJSObjectReference?>("open", _drawer);
    }

    public async ValueTask DisposeAsync()
    {
        await _opened.SafeInvokeAsync("close");
        await _opened.SafeDisposeAsync();
        await _module.SafeDisposeAsync();
    }

    private Task Go(ClusterObjectKey key)
    {
        _trail.Push(Key);
        return ShowAsync(key);
    }

    private Task Back() => ShowAsync(_trail.Pop());

    private async Task ShowAsync(ClusterObjectKey key)
    {
        // Before what was clicked goes and takes the focus with it: keys would then reach nobody.
        await _drawer.FocusAsync(preventScroll: true);
        await KeyChanged.InvokeAsync(key);
    }

    private Task Close() => KeyChanged.InvokeAsync(null);

    private Task OnKeyAsync(KeyboardEventArgs e) => e.Key == "Escape" ? Close() : Task.CompletedTask;
}
