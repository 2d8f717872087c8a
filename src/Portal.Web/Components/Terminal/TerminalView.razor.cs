using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;
using Portal.Web.Ports;

namespace Portal.Web.Components.Terminal;

/// <summary>A terminal of the workspace. Detaching, by leaving the page, leaves the shell as it is.</summary>
public sealed partial class TerminalView : LiveComponentBase
{
    private const int MaxChunk = 32 * 1024;

    /// <summary>Bytes that are pasted without a question.</summary>
    private const int MuchText = 4 * 1024;

    /// <summary>Bytes of a paste; of more, a program that is slow to read would lose a part.</summary>
    private const int MaxPaste = 64 * 1024;

    private ElementReference _screen;
    private IJSObjectReference? _module;
    private IJSObjectReference? _terminal;
    private DotNetObjectReference<TerminalView>? _self;
    private ITerminalAttachment? _attachment;
    private Screen _size = new(80, 24);
    private bool _started;
    private bool _ended;
    private bool _full;
    private string? _refusal;

    /// <summary>Why the last paste was none, and what to do; null when it was one.</summary>
    private string? _notPasted;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter]
    public WorkspaceStatus? Workspace { get; set; }

    /// <summary>Of one beside the first; null for the first, on the shell in which blocks run. It does not
    /// change.</summary>
    [Parameter]
    public string? TerminalId { get; set; }

    /// <summary>What it is called where there are several.</summary>
    [Parameter]
    public string? Title { get; set; }

    /// <summary>Whether the keyboard is its own as soon as it is there.</summary>
    [Parameter]
    public bool TakesFocus { get; set; } = true;

    /// <summary>Told when the shell has ended.</summary>
    [Parameter]
    public EventCallback Ended { get; set; }

    /// <summary>More buttons.</summary>
    [Parameter]
    public RenderFragment? ChildContent { get; set; }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _self = DotNetObjectReference.Create(this);
            _module = await Js.ImportAsync(Assets, "Components/Terminal/TerminalView.razor.js");
            _terminal = await _module.InvokeAsync<IJSObjectReference>(
                "open",
                _screen,
                _self,
                "/" + Assets["lib/xterm/xterm.css"],
                Actions.GuestId is not null,
                TakesFocus
            );
            _size = await _terminal.InvokeAsync<Screen>("size") ?? _size;
        }
        if (!_started && _terminal is not null && Workspace?.Phase == WorkspacePhase.Ready) Attach();
    }

    [JSInvokable]
    public async Task OnInputAsync(byte[] input)
    {
        if (_attachment is not { } attachment) return;
        var (full, refusal) = (false, (string?)null);
        try
        {
            full = !await attachment.WriteAsync(input, Disposing);
        }
        catch (RunRefusedException e)
        {
            refusal = e.Message;
        }
        if (full == _full && refusal == _refusal) return;
        (_full, _refusal) = (full, refusal);
        StateHasChanged();
    }

    [JSInvokable]
    public async Task OnResizeAsync(int columns, int rows)
    {
        _size = new Screen(columns, rows);
        if (_attachment is { } attachment) await attachment.ResizeAsync(columns, rows, Disposing);
    }

    /// <summary>Whether text is to be pasted; asks when it is more than one line, or long.</summary>
    /// <param name="start">Of its first line.</param>
    [JSInvokable]
    public async Task<bool> MayPasteAsync(int lines, int bytes, string start)
    {
        _notPasted = bytes > MaxPaste
            ? $"This is {bytes / 1024} KiB; the terminal takes {MaxPaste / 1024} KiB at once. Paste it in parts, or put "
                + "it into a file."
            : null;
        StateHasChanged();
        if (_notPasted is not null) return false;
        if (lines <= 1 && bytes <= MuchText) return true;
        var size = lines > 1 ? $"{lines} lines" : $"{bytes / 1024} KiB";
        return await new ChoiceQuestion(
                $"Paste {size}?",
                $"Each line may run as a command. It begins with: {start}",
                "Paste"
            ).AskAsync(Dialogs)
            is not null;
    }

    /// <summary>The link to a port of the workspace; null when there is none.</summary>
    [JSInvokable]
    public string? LinkToPort(int port, string path) => (Actions.WorkspaceId, Actions.GuestId) switch
    {
        _ when port is < 1 or > 65535 => null,
        (null, _) => null,
        (var workspace, null) => PortAddress.Link(workspace, port, path),
        // Who looks on is told on the page itself whose program it is.
        (var workspace, _) => PortAddress.LearnerLink(workspace, port, path),
    };

    /// <summary>The keyboard is its own from now on.</summary>
    /// <param name="onlyIfLost">Only when nothing else has it that is there to be seen.</param>
    public async Task FocusAsync(bool onlyIfLost)
    {
        if (_terminal is not null) await _terminal.InvokeVoidAsync("focus", onlyIfLost);
    }

    private async Task CopyAsync()
    {
        if (_terminal is not null) await _terminal.InvokeVoidAsync("copy");
    }

    private async Task PasteAsync()
    {
        if (_terminal is null || await _terminal.InvokeAsync<bool>("paste")) return;
        _notPasted = "The browser does not let this page read the clipboard. Press Ctrl+V in the terminal instead.";
    }

    private void Attach()
    {
        _started = true;
        _ended = false;
        Follow(PumpAsync);
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        if (await AttachAsync() is { } attached) await using (attached) await ShowAsync(attached, cancellationToken);
        _attachment = null;
        await InvokeAsync(() =>
        {
            _ended = true;
            StateHasChanged();
            return Ended.InvokeAsync();
        });
    }

    /// <summary>Null when there is nothing to attach to any more.</summary>
    private async Task<ITerminalAttachment?> AttachAsync()
    {
        try
        {
            return Actions.AttachTerminalAsync(TerminalId, _size.Columns, _size.Rows) is { } attaching
                ? await attaching
                : null;
        }
        catch (RunRefusedException)
        {
            return null;
        }
    }

    /// <summary>Shows what the shell prints, until it has ended.</summary>
    private async Task ShowAsync(ITerminalAttachment attachment, CancellationToken cancellationToken)
    {
        _attachment = attachment;
        await _terminal!.InvokeVoidAsync("reset", cancellationToken);
        TerminalSize? shown = null;
        await foreach (var bytes in attachment.Output.WithCancellation(cancellationToken))
        {
            // A guest's is as large as the learner's: text is drawn for that.
            if (Actions.GuestId is not null && attachment.Size is var size && size != shown)
            {
                shown = size;
                await _terminal!.InvokeVoidAsync("resize", cancellationToken, size.Columns, size.Rows);
            }
            // One call at a time: the browser's pace is the limit, and the shell waits rather than the memory growing.
            for (var at = 0; at < bytes.Length; at += MaxChunk)
            {
                await _terminal!.InvokeVoidAsync("write", cancellationToken, bytes.Slice(at, Math.Min(MaxChunk, bytes.Length - at)).ToArray());
            }
        }
    }

    protected override async ValueTask LeaveAsync()
    {
        await _terminal.SafeInvokeAsync("dispose");
        await _terminal.SafeDisposeAsync();
        await _module.SafeDisposeAsync();
        _self?.Dispose();
    }

    private sealed record Screen(int Columns, int Rows);
}
