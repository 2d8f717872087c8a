using Microsoft.AspNetCore.Components;

namespace Portal.Web.Components.Shared;

/// <summary>
/// A component that is rendered when something that it shows is another than before, or after an event of its own. A
/// session's snapshot is new ten times a second while something runs, and most of a page shows none of that.
/// </summary>
public abstract class ChangedOnlyBase : ComponentBase
{
    private object?[]? _shown;
    private bool _changed;

    /// <summary>
    /// Everything of the parameters that can change what is shown, always in the same order; compared with
    /// <see cref="object.Equals(object)"/>.
    /// </summary>
    protected abstract IEnumerable<object?> Shown { get; }

    /// <summary>Called before the component is rendered for what <see cref="Shown"/> has become.</summary>
    protected virtual void OnShownChanged() { }

    protected sealed override void OnParametersSet()
    {
        object?[] now = [.. Shown];
        _changed = _shown is null || !now.AsSpan().SequenceEqual(_shown);
        if (!_changed) return;
        _shown = now;
        OnShownChanged();
    }

    protected sealed override bool ShouldRender()
    {
        var render = _changed;
        // An event of this component renders always; parameters decide again when they are set.
        _changed = true;
        return render;
    }
}
