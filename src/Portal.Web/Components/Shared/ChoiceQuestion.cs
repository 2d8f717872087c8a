using System.Collections.Immutable;
using MudBlazor;

namespace Portal.Web.Components.Shared;

/// <summary>What a <see cref="ChoiceDialog"/> asks.</summary>
/// <param name="Confirm">What the button says that does it.</param>
/// <param name="Label">Of the choices.</param>
/// <param name="Chosen">The choice to begin with; the first when null.</param>
public sealed record ChoiceQuestion(
    string Title,
    string Text,
    string Confirm,
    string Label = "",
    ImmutableArray<(string Value, string Words)> Choices = default,
    string? Chosen = null,
    bool Danger = false
)
{
    public ImmutableArray<(string Value, string Words)> Choices { get; } = Choices.IsDefault ? [] : Choices;

    /// <summary>What was chosen, empty without choices; null when it is not to be done.</summary>
    public async Task<string?> AskAsync(IDialogService dialogs)
    {
        var dialog = await dialogs.ShowAsync<ChoiceDialog>(
            null,
            new DialogParameters<ChoiceDialog> { { d => d.Question, this } }
        );
        return await dialog.Result is { Canceled: false } result ? result.Data as string : null;
    }
}
