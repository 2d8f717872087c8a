using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Components;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>One check: how it stands, what was expected and found, hint, and for a question the answer.</summary>
public sealed partial class CheckItem
{
    private string _answer = "";

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter, EditorRequired]
    public required CheckDefinition Check { get; set; }

    /// <summary>Null until the page has attached to its session.</summary>
    [Parameter]
    public CheckState? State { get; set; }

    /// <summary>The state is shown but not in the database yet.</summary>
    [Parameter]
    public bool Unsaved { get; set; }

    [Parameter]
    public bool CanAnswer { get; set; }

    private string Question => (string?)(Check.Settings["question"] as JsonValue) ?? Check.Title;

    // Choices are a mapping from the word that is sent to the text that is read, or a list of texts that are both.
    private List<(string Value, string Text)> Choices => Check.Settings["choices"] switch
    {
        JsonObject choices => [.. choices.Select(c => (c.Key, c.Value?.ToString() ?? c.Key))],
        JsonArray choices => [.. choices.Select(c => c?.ToString() ?? "").Select(c => (c, c))],
        _ => [],
    };

    /// <summary>Names the section that may be to blame.</summary>
    private string After(CheckFinding ended) =>
        Actions.Lesson?.Sections.FirstOrDefault(s => s.Id == ended.AfterSection) is { } section
            ? $"; the last block to run was one of {Phases.FullTitle(section)}."
            : ".";

    private Task AnswerAsync() => Actions.AnswerAsync(Check.Id, _answer.Trim());
}
