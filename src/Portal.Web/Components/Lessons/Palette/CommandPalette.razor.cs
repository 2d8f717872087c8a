using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons.Palette;

/// <summary>Everything of a lesson page by its name. Its result is the item that was chosen.</summary>
public sealed partial class CommandPalette : IAsyncDisposable
{
    private IJSObjectReference? _module;
    private ElementReference _input;
    private ImmutableArray<PaletteItem> _shown = [];
    private string _query = "";
    private int _at;

    /// <summary>Of the last key: what moves the choice does not move the caret.</summary>
    private bool _handled;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [CascadingParameter]
    public required IMudDialogInstance Dialog { get; set; }

    [Parameter, EditorRequired]
    public ImmutableArray<PaletteItem> Items { get; set; }

    protected override void OnInitialized() => Search();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await _input.FocusAsync();
            _module = await Js.ImportAsync(Assets, "Components/Lessons/Palette/CommandPalette.razor.js");
        }
        // After a letter the first is chosen, which is in sight.
        else if (_handled && _module is not null) await _module.InvokeVoidAsync("show", OptionId(_at));
    }

    private void Search() => (_shown, _at) = (PaletteItems.Matching(Items, _query), 0);

    private void OnKey(KeyboardEventArgs e)
    {
        var last = _shown.Length - 1;
        var next = e.Key switch
        {
            "ArrowDown" => _at == last ? 0 : _at + 1,
            "ArrowUp" => _at == 0 ? last : _at - 1,
            _ => -1,
        };
        _handled = next >= 0;
        if (_handled) _at = next;
        else if (e.Key == "Enter" && last >= 0) Choose(_shown[_at]);
    }

    private void Choose(PaletteItem item) => Dialog.Close(DialogResult.Ok(item));

    public async ValueTask DisposeAsync() => await _module.SafeDisposeAsync();

    private static string OptionId(int at) => $"palette-{at}";
}
