using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Layout;

public sealed partial class MainLayout
{
    private IJSObjectReference? _module;
    private DotNetObjectReference<MainLayout>? _self;
    private PanelBoundary? _boundary;
    private string _choice = "system";
    private bool _dark;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [CascadingParameter(Name = "Dark")]
    public bool InitiallyDark { get; set; }

    /// <summary>Static: there will be no circuit to wait for.</summary>
    private string Interactive => AssignedRenderMode is null ? "static" : RendererInfo.IsInteractive ? "true" : "false";

    private string ThemeIcon => _choice switch
    {
        "light" => Icons.Material.Rounded.LightMode,
        "dark" => Icons.Material.Rounded.DarkMode,
        _ => Icons.Material.Rounded.BrightnessAuto,
    };

    private string ThemeTitle => _choice switch
    {
        "light" => "Theme: light. Change to dark",
        "dark" => "Theme: dark. Follow the system",
        _ => "Theme: as the system. Change to light",
    };

    protected override void OnInitialized() => _dark = InitiallyDark;

    // A new page gets a new chance.
    protected override void OnParametersSet() => _boundary?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _self = DotNetObjectReference.Create(this);
        _module = await Js.ImportAsync(Assets, "Components/Layout/MainLayout.razor.js");
        Show(await _module.InvokeAsync<ThemeChoice>("watch", _self));
        StateHasChanged();
    }

    /// <summary>The system's preference changed while the page follows it.</summary>
    [JSInvokable]
    public Task OnSystemThemeAsync(bool dark) => InvokeAsync(() =>
    {
        _dark = dark;
        StateHasChanged();
    });

    private async Task NextThemeAsync()
    {
        if (_module is null) return;
        var next = _choice switch { "system" => "light", "light" => "dark", _ => "system" };
        Show(await _module.InvokeAsync<ThemeChoice>("choose", next));
    }

    private void Show(ThemeChoice? theme)
    {
        if (theme is null) return;
        _choice = theme.Choice;
        _dark = theme.Dark;
    }

    public async ValueTask DisposeAsync()
    {
        await _module.SafeDisposeAsync();
        _self?.Dispose();
    }

    private sealed record ThemeChoice(string Choice, bool Dark);
}
