using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>A code block: its code, and when it can be run, its latest run with the state of each command and the output.</summary>
public sealed partial class RunnableBlock
{
    private IReadOnlyList<CodeSegment> _segments = [];
    private bool _editing;
    private bool _copied;
    private string _draft = "";
    private CodeEdit? _edit;
    private string? _refusal;

    /// <summary>The preview that is not to be shown any more.</summary>
    private string? _closed;

    [Inject]
    public required IJSRuntime Js { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Block Block { get; set; }

    /// <summary>The latest run, or null before the first.</summary>
    [Parameter]
    public RunSnapshot? Run { get; set; }

    /// <summary>What the block would change, or null when nobody asked.</summary>
    [Parameter]
    public RunSnapshot? Preview { get; set; }

    /// <summary>The block waits for another to finish.</summary>
    [Parameter]
    public bool IsWaiting { get; set; }

    /// <summary>The run is shown but not in the database yet.</summary>
    [Parameter]
    public bool Unsaved { get; set; }

    /// <summary>The session takes runs; false while the page connects or the cluster starts.</summary>
    [Parameter]
    public bool CanRun { get; set; }

    /// <summary>Why <see cref="CanRun"/> is false, in a word or two.</summary>
    [Parameter]
    public string NotReady { get; set; } = "connecting";

    [Parameter, EditorRequired]
    public required string Provider { get; set; }

    private bool CanPreview => BlockPreview.IsPossible(Block.Code);
    private bool IsActive => Run?.Phase == RunPhase.Running;
    /// <summary>The anchor of a block on the page.</summary>
    internal static string DomIdOf(string blockId) => "block-" + blockId.Replace('/', '-');

    private string DomId => DomIdOf(Block.Id);
    private string Label => $"{Kind} block";

    private string Kind => Block switch { { SampleOf: not null } => "output, for example", { Language: "" } => "text", _ => Block.Language };
    private string RunText => CanRun ? Run is null ? "Run" : "Run again" : "Run";
    private string RunTitle => CanRun ? "Run this block in your shell" : $"Not yet: {NotReady}";
    private string StateClass => Run is null ? "" : Phases.Of(Run.Phase).Class.Split(' ')[0];

    private string StatusText
    {
        get
        {
            var run = Run!;
            var failed = run.Commands.FirstOrDefault(c => c.Phase is RunPhase.Failed or RunPhase.TimedOut);
            return run.Phase switch
            {
                RunPhase.Succeeded => $"done in {Durations.Short(run.Duration)}",
                RunPhase.Failed when failed is not null => $"failed at command {failed.Index + 1}{(failed.ExitCode is { } code ? $" · exit {code}" : "")}",
                RunPhase.TimedOut when failed is not null => $"timed out at command {failed.Index + 1}",
                RunPhase.Stopped => $"stopped after {Durations.Short(run.Duration)}",
                _ => Phases.Of(run.Phase).Word,
            };
        }
    }

    protected override IEnumerable<object?> Shown =>
        [Block, Run, Preview, IsWaiting, Unsaved, CanRun, NotReady, Provider];

    protected override void OnShownChanged() =>
        _segments = BlockCode.Split(Block.Code, Run is { Edited: false } ? Run.Commands : []);

    /// <summary>What takes something away is shown first.</summary>
    private Task ClickRunAsync() =>
        BlockPreview.IsDestructive(Block.Code) && (Preview is null || Preview.RunId == _closed)
            ? PreviewAsync()
            : RunAsync();

    private Task PreviewAsync() => RunAsync(new RunOptions(Preview: true));

    private void ClosePreview() => _closed = Preview?.RunId;

    private Task RunAsync() => RunAsync(RunOptions.WholeBlock);

    private async Task RunAsync(RunOptions options) => _refusal = await Actions.RunAsync(Block.Id, options);

    private async Task RunEditedAsync()
    {
        if (!await KeepDraftAsync()) return;
        if (string.IsNullOrWhiteSpace(_draft))
        {
            _refusal = "There is nothing to run: write a command first.";
            return;
        }
        await RunAsync(new RunOptions(Code: _draft));
        _editing = _refusal is not null;
    }

    private async Task ToggleEditAsync()
    {
        if (_editing)
        {
            await KeepDraftAsync();
            _editing = false;
            return;
        }
        if (_draft.Length == 0) _draft = Block.Code;
        _editing = true;
    }

    /// <returns>False when the text is too long to be taken.</returns>
    private async Task<bool> KeepDraftAsync()
    {
        var text = await _edit!.ReadAsync(Actions.Leaving);
        if (text is null)
        {
            _refusal = $"This is more than {CodeEdit.MaxBytes / 1024} KiB. Put it into a file in the terminal.";
            return false;
        }
        (_draft, _refusal) = (text, null);
        return true;
    }

    private async Task CopyAsync()
    {
        await Js.InvokeVoidAsync("navigator.clipboard.writeText", Block.Code);
        _copied = true;
    }

    private static string CommandText(CommandSnapshot command) => command.Phase switch
    {
        RunPhase.Waiting => "",
        RunPhase.Failed when command.ExitCode is { } code => $"exit {code} · {Durations.Short(command.Duration)}",
        RunPhase.Running => "",
        _ => Durations.Short(command.Duration),
    };

    private static string CommandTitle(CommandSnapshot command)
    {
        var word = Phases.Of(command.Phase).Word;
        return command.ExitCode is { } code ? $"{word}, exit code {code}, {Durations.Short(command.Duration)}" : word;
    }
}
