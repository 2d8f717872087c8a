using Microsoft.AspNetCore.Components;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>What a learner is asked to expect of a block, and once it has run whether that is what happened.</summary>
public sealed partial class PredictionView
{
    private ElementReference _chosen;
    private bool _focus;

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Prediction Prediction { get; set; }

    /// <summary>What was chosen; null before that.</summary>
    [Parameter]
    public string? Choice { get; set; }

    /// <summary>The latest run of the block, or null.</summary>
    [Parameter]
    public RunSnapshot? Run { get; set; }

    /// <summary>The choice is shown but not in the database yet.</summary>
    [Parameter]
    public bool Unsaved { get; set; }

    [Parameter]
    public bool CanChoose { get; set; }

    protected override IEnumerable<object?> Shown => [Prediction, Choice, Run?.Phase, Unsaved, CanChoose];

    /// <summary>Null while it is open what happens.</summary>
    private bool? Right =>
        Choice is not null && Run?.Phase == RunPhase.Succeeded ? Choice == Prediction.Answer : null;

    private string Css => Right switch
    {
        true => "right",
        false => "not-right",
        null => "",
    };

    private async Task ChooseAsync(string key)
    {
        _focus = true;
        await Actions.PredictAsync(Prediction.Id, key);
    }

    /// <summary>The button that had the focus is gone.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!_focus || Choice is null) return;
        _focus = false;
        await _chosen.FocusAsync(preventScroll: true);
    }
}
