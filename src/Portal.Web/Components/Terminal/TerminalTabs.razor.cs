using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Terminal;

/// <summary>
/// The workspace's terminals: the first one, and those that the learner opened beside it. Each is drawn once it has
/// been seen, and stays while it is hidden.
/// </summary>
public sealed partial class TerminalTabs
{
    /// <summary>On the shell in which blocks run; always there.</summary>
    private static readonly SideTerminal s_first = new("", 1);

    private readonly Dictionary<int, ElementReference> _buttons = [];
    private readonly Dictionary<int, TerminalView> _views = [];
    private readonly HashSet<SideTerminal> _opened = [s_first];

    /// <summary>The id of the terminal that is seen, once it is there.</summary>
    private string _chosen = s_first.Id;

    /// <summary>What was seen when the session last changed.</summary>
    private SideTerminal _seen = s_first;

    /// <summary>The terminal that is to have the keyboard, as soon as it is drawn.</summary>
    private SideTerminal? _focused;

    /// <summary>What becomes of the keyboard after the next render.</summary>
    private Keyboard _keyboard;
    private bool _opening;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    private ImmutableArray<SideTerminal> Sides => Snapshot?.Terminals ?? [];
    private ImmutableArray<SideTerminal> All => [s_first, .. Sides];
    private SideTerminal Current => All.FirstOrDefault(t => t.Id == _chosen) ?? s_first;

    private bool CanOpen =>
        !_opening && Sides.Length < SideTerminal.Limit && Snapshot?.Workspace.Phase == WorkspacePhase.Ready;

    private string OpenTitle =>
        Sides.Length >= SideTerminal.Limit
            ? $"There are {SideTerminal.Limit + 1} terminals, and no more at once; close one first"
            : "Opens one more terminal, with a shell of its own in the same workspace";

    protected override void OnParametersSet()
    {
        _opened.RemoveWhere(t => !All.Contains(t));
        if (_opened.Add(Current)) (_focused, _keyboard) = (Current, Keyboard.Stays);
        if (!All.Contains(_seen)) Leave(_seen);
        _seen = Current;
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_keyboard == Keyboard.Stays || !_views.TryGetValue(Current.Number, out var view)) return;
        var onlyIfLost = _keyboard == Keyboard.TakenIfLost;
        _keyboard = Keyboard.Stays;
        await view.FocusAsync(onlyIfLost);
    }

    private void Choose(SideTerminal terminal, Keyboard keyboard)
    {
        _chosen = terminal.Id;
        _opened.Add(terminal);
        (_focused, _keyboard) = (keyboard == Keyboard.Taken ? terminal : null, keyboard);
    }

    private async Task OpenAsync()
    {
        _opening = true;
        try
        {
            // It is seen when the session shows it.
            if (await Actions.OpenTerminalAsync() is { } id) _chosen = id;
        }
        finally
        {
            _opening = false;
        }
        OnParametersSet();
    }

    private async Task CloseAsync(SideTerminal terminal)
    {
        Choose(s_first, Keyboard.Taken);
        await Actions.CloseTerminalAsync(terminal.Id);
    }

    /// <summary>Who typed <c>exit</c> goes on in the first terminal.</summary>
    private void Leave(SideTerminal terminal)
    {
        if (terminal != s_first && terminal.Id == _chosen) Choose(s_first, Keyboard.TakenIfLost);
    }

    private async Task OnKeyAsync(KeyboardEventArgs e)
    {
        if (TabKeys.Next([.. All.Select(t => t.Number)], Current.Number, e.Key) is not { } next) return;
        Choose(All.First(t => t.Number == next), Keyboard.Stays);
        await _buttons[next].FocusAsync();
    }

    private enum Keyboard { Stays, Taken, TakenIfLost }
}
