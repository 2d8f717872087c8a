using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Portal.Labs.Editing;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Editor;

/// <summary>
/// Manifests of the workspace: opened, changed, tried and applied. A file is saved before it is tried, for it is what
/// the learner's shell reads.
/// </summary>
public sealed partial class ManifestEditor : LiveComponentBase
{
    private const string Draft = """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: my-settings
        data:
          key: value

        """;

    private ManifestText? _text;
    private WorkspaceFileList _files = new([], IsWhole: true);

    /// <summary>The file that is open; null for text that is none yet.</summary>
    private string? _path;

    /// <summary>What the file is called or would be; null when nothing is open.</summary>
    private string? _name;

    /// <summary>What the file held when it was opened or saved.</summary>
    private string? _held;
    private EditorRequest? _asked;
    private bool _isShown;
    private bool _isOpened;
    private bool _rich;
    private bool _dirty;
    private bool _changed;
    private string? _busy;
    private string? _problem;
    private string? _closed;
    private ImmutableArray<ManifestProblem> _problems = [];

    [Inject]
    public required IDialogService Dialogs { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    /// <summary>What is to be opened; another one each time.</summary>
    [Parameter]
    public EditorRequest? Request { get; set; }

    /// <summary>Whether it is in sight: what it lists is read then.</summary>
    [Parameter]
    public bool IsShown { get; set; }

    private bool LooksOn => Actions.GuestId is not null;
    private bool CanSave => _name is not null && _busy is null && _isOpened;
    private bool IsWhole => _files.IsWhole;
    private string Label => _name is null ? "Manifest" : $"{_name}, manifest";
    private RunSnapshot? Run => Snapshot?.Runs.GetValueOrDefault(ManifestRun.BlockId);
    private RunSnapshot? Preview => Snapshot?.Previews.GetValueOrDefault(ManifestRun.BlockId);

    private bool IsRunning =>
        Snapshot is { } s && (s.ActiveBlockId == ManifestRun.BlockId || s.Waiting.Contains(ManifestRun.BlockId));

    private string State =>
        (_busy, _name) switch
        {
            ({ } busy, _) => busy,
            (_, null) => "",
            _ when _path is null => "not saved yet",
            _ => _dirty ? "changed" : "saved",
        };

    private IEnumerable<IGrouping<string, string>> Groups =>
        _files
            .Files.Select(f => f.Path)
            .Concat(_path is null || _files.Files.Any(f => f.Path == _path) ? [] : [_path])
            .GroupBy(p => p.LastIndexOf('/') is var at and > 0 ? p[..at] : "lesson");

    protected override void OnParametersSet()
    {
        if (!_isOpened || Snapshot?.Workspace.Phase != WorkspacePhase.Ready) return;
        var appeared = IsShown && !_isShown;
        _isShown = IsShown;
        if (Request is { } request && request != _asked)
        {
            _asked = request;
            Follow(_ => InvokeAsync(() => OpenAsync(request)));
        }
        else if (appeared)
            Follow(_ => InvokeAsync(RefreshAsync));
    }

    private async Task OnOpenedAsync(bool rich)
    {
        (_rich, _isOpened) = (rich, true);
        await TryAsync("reading…", ListAsync);
        OnParametersSet();
    }

    private async Task GoAsync(ManifestProblem problem) => await _text!.GoAsync(problem.Line, problem.Column);

    private void OnDirty(bool dirty) => _dirty = dirty;

    private Task OnKeyAsync(EditorKey key) =>
        !CanSave || LooksOn ? Task.CompletedTask
        : key == EditorKey.Save ? SaveAsync(force: false)
        : IsRunning ? Task.CompletedTask
        : ApplyAsync(preview: false);

    private async Task ChooseAsync(ChangeEventArgs e)
    {
        if (e.Value is string { Length: > 0 } path) await OpenAsync(new EditorRequest(path));
    }

    private Task NewAsync() => OpenAsync(new EditorRequest("manifests/mine.yaml", Draft));

    private async Task OpenAsync(EditorRequest request)
    {
        if (_dirty && !await DiscardAsync()) return;
        await TryAsync(
            "opening…",
            async () =>
            {
                var held = request.Text is null ? await Actions.ReadFileAsync(request.Path, Disposing) : null;
                (_path, _name, _held) = (held is null ? null : request.Path, request.Path, held);
                (_dirty, _changed, _problems) = (false, false, []);
                await _text!.ShowAsync(held ?? request.Text ?? "");
            }
        );
    }

    private async Task<bool> DiscardAsync() =>
        await new ChoiceQuestion(
            $"Discard your changes of {_name}?",
            "They are not saved.",
            "Discard",
            Danger: true
        ).AskAsync(Dialogs)
            is not null;

    private Task ReopenAsync()
    {
        _dirty = false;
        return OpenAsync(new EditorRequest(_path ?? _name!));
    }

    /// <summary>What the shell has written meanwhile is shown, unless something here would be lost for it.</summary>
    private Task RefreshAsync() =>
        TryAsync(
            null,
            async () =>
            {
                await ListAsync();
                if (_path is null || _dirty) return;
                var now = await Actions.ReadFileAsync(_path, Disposing);
                if (now == _held || _dirty) return;
                _held = now;
                await _text!.ShowAsync(now);
            }
        );

    private async Task ListAsync() => _files = await Actions.ListFilesAsync(Disposing);

    /// <returns>Whether the file holds what is shown.</returns>
    private async Task<bool> SaveAsync(bool force)
    {
        if (_name is null || _text is null) return false;
        if (_path is not null && !_dirty && !force) return true;
        var saved = false;
        await TryAsync(
            "saving…",
            async () =>
            {
                if (await _text.ReadAsync(Disposing) is not { } text)
                    throw new WorkspaceFileException(
                        $"This is more than {WorkspaceFile.MostBytes / 1024} KiB; a file here has no more. Make "
                            + "several of it, or write it in the terminal."
                    );
                var name = _name.Trim();
                await Actions.WriteFileAsync(name, text, _held, force);
                (_path, _name, _held, _dirty) = (name, name, text, false);
                saved = true;
                await _text.ShowAsync(text, keep: true);
                await ListAsync();
            }
        );
        return saved;
    }

    private async Task ApplyAsync(bool preview)
    {
        if (!await SaveAsync(force: false)) return;
        await TryAsync(null, async () => _problem = await Actions.ApplyFileAsync(_path!, preview));
    }

    private async Task TryAsync(string? busy, Func<Task> work)
    {
        (_busy, _problem, _changed) = (busy, null, false);
        StateHasChanged();
        try
        {
            await work();
        }
        catch (Exception e) when (e is WorkspaceFileException or RunRefusedException or IOException)
        {
            _problem = e.Message;
        }
        catch (WorkspaceFileChangedException e)
        {
            (_problem, _changed) = (e.Message, true);
        }
        catch (OperationCanceledException) when (Disposing.IsCancellationRequested)
        {
        }
        _busy = null;
        StateHasChanged();
    }
}
