using Microsoft.AspNetCore.Components;
using Portal.Web.Components.Classroom.Model;

namespace Portal.Web.Components.Classroom;

/// <summary>A learner of the board; rendered when what it shows has changed.</summary>
public sealed partial class BoardRow
{
    private BoardRowModel? _shown;
    private bool _changed;

    [Parameter, EditorRequired]
    public required BoardRowModel Row { get; set; }

    [Parameter]
    public EventCallback<string> Open { get; set; }

    [Parameter]
    public EventCallback<string> Pin { get; set; }

    [Parameter]
    public EventCallback<string> Select { get; set; }

    protected override void OnParametersSet()
    {
        _changed = !Row.Equals(_shown);
        _shown = Row;
    }

    protected override bool ShouldRender() => _changed;
}
