namespace Portal.Web.Components.Lessons.Palette;

/// <summary>Something that a learner can go to or do from the palette.</summary>
/// <param name="Kind">What it is, in a word or two; searched too.</param>
/// <param name="Do">Called after the palette has closed.</param>
public sealed record PaletteItem(string Icon, string Text, string Kind, Func<Task> Do)
{
    /// <summary>Searched, not shown.</summary>
    public string Also { get; init; } = "";
}
