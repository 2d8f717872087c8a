using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>
/// A box to change code in. What is typed stays in the browser until it is read: it crosses to the portal once, in
/// pieces, so that a pasted file of any size up to <see cref="MaxBytes"/> fits.
/// </summary>
public sealed partial class CodeEdit : IAsyncDisposable
{
    public const int MaxBytes = 1024 * 1024;

    private ElementReference _area;
    private IJSObjectReference? _module;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Parameter, EditorRequired]
    public required string Id { get; set; }

    /// <summary>What it begins with.</summary>
    [Parameter]
    public string Text { get; set; } = "";

    private int Rows => Math.Clamp(Text.AsSpan().Count('\n') + 2, 3, 24);

    /// <summary>The text as it is now; null when it is longer than <see cref="MaxBytes"/>.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_module is null) return Text;
        await using var bytes = await _module.InvokeAsync<IJSStreamReference>("read", cancellationToken, _area);
        if (bytes.Length > MaxBytes) return null;
        await using var stream = await bytes.OpenReadStreamAsync(MaxBytes, cancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _module = await Js.ImportAsync(Assets, "Components/Lessons/CodeEdit.razor.js");
        await _module.SafeInvokeAsync("open", _area);
    }

    public async ValueTask DisposeAsync() => await _module.SafeDisposeAsync();
}
