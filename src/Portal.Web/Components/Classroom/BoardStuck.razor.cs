using Microsoft.AspNetCore.Components;
using Portal.Web.Components.Classroom.Model;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Classroom;

/// <summary>Who is stuck, grouped by what they are stuck on.</summary>
public sealed partial class BoardStuck
{
    private const int MaxNamed = 12;

    private EquatableArray<StuckModel>? _shown;
    private bool _changed;

    [Parameter, EditorRequired]
    public required EquatableArray<StuckModel> Groups { get; set; }

    [Parameter]
    public EventCallback<string> Open { get; set; }

    /// <summary>Called with the ids of a whole group.</summary>
    [Parameter]
    public EventCallback<string[]> SelectAll { get; set; }

    protected override void OnParametersSet()
    {
        _changed = !Groups.Equals(_shown);
        _shown = Groups;
    }

    protected override bool ShouldRender() => _changed;
}
