using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using Portal.Content.Model;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>What can be done with a step besides running it.</summary>
public sealed partial class SectionMenu
{
    [Inject]
    public required IDialogService Dialogs { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required IJSRuntime Js { get; init; }

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required Section Section { get; set; }

    [Parameter, EditorRequired]
    public required string Provider { get; set; }

    [Parameter]
    public bool CanRun { get; set; }

    /// <summary>Told why nothing was run, or null when it was.</summary>
    [Parameter]
    public EventCallback<string?> Refused { get; set; }

    private static string Steps(IReadOnlyList<Section> steps) => steps switch
    {
        [var one] => $"step {one.Number}",
        [var first, .., var last] when last.Number - first.Number == steps.Count - 1 =>
            $"steps {first.Number} to {last.Number}",
        _ => $"steps {string.Join(", ", steps.Select(s => s.Number))}",
    };

    private async Task RunStepsBeforeAsync() =>
        await Refused.InvokeAsync(await Actions.RunStepsBeforeAsync(Section, Provider));

    private async Task RewindAsync()
    {
        var question = RewindQuestion.Before(Section);
        if (await question.AskAsync(Dialogs) is not null) await Actions.RewindAsync(Section.Id);
    }

    private async Task CopyLinkAsync()
    {
        var page = Navigation.Uri.Split('#')[0];
        await Js.InvokeVoidAsync("navigator.clipboard.writeText", $"{page}#{Section.Id}");
        Snackbar.Add("The link is copied.", Severity.Success);
    }
}
