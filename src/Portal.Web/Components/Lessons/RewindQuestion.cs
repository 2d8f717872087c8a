using System.Collections.Immutable;
using Portal.Content.Model;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Lessons;

/// <summary>What a learner is asked before their cluster goes back.</summary>
internal static class RewindQuestion
{
    private const string Text =
        "What you made in that step and later is undone, and what runs is stopped. Your files, progress and points stay.";

    private const string Confirm = "Go back";

    public static ChoiceQuestion Before(Section section) =>
        new($"Go back to before “{section.Title}”?", Text, Confirm, Danger: true);

    /// <param name="steps">Not empty; the last is chosen at first.</param>
    public static ChoiceQuestion Among(ImmutableArray<(string Value, string Words)> steps) =>
        new("Go back to before a step?", Text, Confirm, "Back to before", steps, steps[^1].Value, Danger: true);
}
