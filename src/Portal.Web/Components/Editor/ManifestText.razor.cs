using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Clusters.Api;
using Portal.Labs.Editing;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Editor;

/// <summary>
/// The text of a manifest in the browser: a plain box, and on a wide page Monaco in its place. What is typed stays in
/// the browser until it is read: it crosses to the portal in pieces, so that a large paste fits.
/// </summary>
public sealed partial class ManifestText : IAsyncDisposable
{
    private readonly NewestOnly _completing = new(),
        _explaining = new(),
        _checking = new();
    private ElementReference _area;
    private ElementReference _host;
    private IJSObjectReference? _module;
    private IJSObjectReference? _text;
    private DotNetObjectReference<ManifestText>? _self;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required string Label { get; set; }

    [Parameter]
    public bool ReadOnly { get; set; }

    /// <summary>Told whether the text is another than the one that was shown last.</summary>
    [Parameter]
    public EventCallback<bool> DirtyChanged { get; set; }

    /// <summary>Told of the keys for Save and Apply.</summary>
    [Parameter]
    public EventCallback<EditorKey> Pressed { get; set; }

    /// <summary>Told what the cluster would not take of the text.</summary>
    [Parameter]
    public EventCallback<ImmutableArray<ManifestProblem>> ProblemsChanged { get; set; }

    /// <summary>Told when it is there, with whether Tab belongs to it.</summary>
    [Parameter]
    public EventCallback<bool> Opened { get; set; }

    /// <summary>Puts a text into it; what was done before cannot be undone any more.</summary>
    /// <param name="keep">Leaves the text as it is: it is what was just saved.</param>
    public async Task ShowAsync(string text, bool keep = false)
    {
        if (_text is null) return;
        using var stream = new DotNetStreamReference(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await _text.InvokeVoidAsync("show", stream, keep);
    }

    /// <summary>The text as it is now; null when it is longer than a file may be.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_text is null) return null;
        await using var bytes = await _text.InvokeAsync<IJSStreamReference>("read", cancellationToken);
        return await ReadAsync(bytes, cancellationToken);
    }

    /// <summary>Leads to a place in it, counted from 1.</summary>
    public ValueTask GoAsync(int line, int column) => _text.SafeInvokeAsync("go", line, column);

    [JSInvokable]
    public Task<Suggestions> OnCompleteAsync(IJSStreamReference text, int line, int column) =>
        AskAsync(_completing, text, Suggestions.None, (t, c) => Actions.CompleteAsync(t, line, column, c));

    [JSInvokable]
    public Task<FieldExplanation?> OnExplainAsync(IJSStreamReference text, int line, int column) =>
        AskAsync(_explaining, text, null, (t, c) => Actions.ExplainAsync(t, line, column, c));

    [JSInvokable]
    public async Task<ImmutableArray<ManifestProblem>> OnCheckAsync(IJSStreamReference text)
    {
        var problems = await AskAsync(_checking, text, [], Actions.CheckManifestAsync);
        await ProblemsChanged.InvokeAsync(problems);
        return problems;
    }

    [JSInvokable]
    public Task OnDirtyAsync(bool dirty) => DirtyChanged.InvokeAsync(dirty);

    [JSInvokable]
    public Task OnKeyAsync(EditorKey key) => Pressed.InvokeAsync(key);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender) return;
        _self = DotNetObjectReference.Create(this);
        _module = await Js.ImportAsync(Assets, "Components/Editor/ManifestText.razor.js");
        _text = await _module.InvokeAsync<IJSObjectReference>(
            "open",
            _area,
            _host,
            _self,
            "/" + Assets["lib/monaco/monaco.mjs"],
            "/" + Assets["lib/monaco/monaco.css"]
        );
        await Opened.InvokeAsync(await _text.InvokeAsync<bool>("rich"));
    }

    /// <summary>Each question ends the one before: nobody waits for that any more.</summary>
    /// <param name="nothing">The answer while the cluster has none.</param>
    private async Task<T> AskAsync<T>(
        NewestOnly questions,
        IJSStreamReference text,
        T nothing,
        Func<string, CancellationToken, Task<T>> ask
    )
    {
        await using var _ = text;
        var asking = questions.Next(Actions.Leaving);
        try
        {
            return await ReadAsync(text, asking) is { } read ? await ask(read, asking) : nothing;
        }
        catch (Exception e)
            when (e is ClusterApiException or HttpRequestException or IOException or RunRefusedException)
        {
            return nothing;
        }
        catch (OperationCanceledException) when (asking.IsCancellationRequested)
        {
            return nothing;
        }
    }

    private static async Task<string?> ReadAsync(IJSStreamReference bytes, CancellationToken cancellationToken)
    {
        if (bytes.Length > WorkspaceFile.MostBytes) return null;
        await using var stream = await bytes.OpenReadStreamAsync(WorkspaceFile.MostBytes, cancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _completing.Dispose();
        _explaining.Dispose();
        _checking.Dispose();
        await _text.SafeInvokeAsync("dispose");
        await _text.SafeDisposeAsync();
        await _module.SafeDisposeAsync();
        _self?.Dispose();
    }
}

/// <summary>What a key in the editor asks for.</summary>
public enum EditorKey { Save, Apply }
