using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Layout;

/// <summary>
/// A button that opens a menu below it, by mouse, touch and keyboard. A page has many of them: what was never opened is
/// not there.
/// </summary>
public sealed partial class BarMenu : IAsyncDisposable
{
    private MudMenu? _menu;
    private ElementReference _button;
    private IJSObjectReference? _module;
    private bool _open;
    private bool _wasOpened;
    private bool _toggle;
    private bool _gone;

    [Inject]
    public required IJSRuntime Js { get; init; }

    /// <summary>Class of the button.</summary>
    [Parameter, EditorRequired]
    public required string Class { get; set; }

    /// <summary>What the button is called where it is not seen; null when its content says that.</summary>
    [Parameter]
    public string? Label { get; set; }

    [Parameter]
    public string? Title { get; set; }

    /// <summary>What the button shows.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment Button { get; set; }

    /// <summary>The menu's items.</summary>
    [Parameter, EditorRequired]
    public required RenderFragment ChildContent { get; set; }

    private void Toggle() => _wasOpened = _toggle = true;

    protected override Task OnAfterRenderAsync(bool firstRender)
    {
        if (!_toggle) return Task.CompletedTask;
        _toggle = false;
        return _menu!.ToggleMenuAsync(EventArgs.Empty);
    }

    // The menu knows the keys, and gets them where the focus is.
    private async Task OnOpenAsync()
    {
        if (_gone) return; // an item led to another page
        _module ??= await Js.ImportAsync(Assets, "Components/Layout/BarMenu.razor.js");
        await _module.SafeInvokeAsync(_open ? "enter" : "leave", _button);
    }

    public ValueTask DisposeAsync()
    {
        _gone = true;
        return _module.SafeDisposeAsync();
    }
}
