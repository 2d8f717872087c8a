using System.Collections.Immutable;
using MudBlazor;
using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons.Palette;

/// <summary>What the palette of a lesson page offers, and how it is searched.</summary>
internal static class PaletteItems
{
    /// <summary>Nobody reads on after these; more words make fewer of them.</summary>
    public const int MaxShown = 40;

    /// <param name="goTo">Goes to an element of the page by its id.</param>
    public static ImmutableArray<PaletteItem> Of(
        Lesson lesson,
        SessionSnapshot? snapshot,
        LessonActions actions,
        Func<string, Task> goTo
    )
    {
        var items = ImmutableArray.CreateBuilder<PaletteItem>();
        items.AddRange(
            lesson.Sections.Select(s => new PaletteItem(IconOf(s), Phases.FullTitle(s), "go to", () => goTo(s.Id)))
        );
        if (snapshot is { Workspace.Phase: WorkspacePhase.Ready }) items.AddRange(Runs(lesson, snapshot, actions));
        items.AddRange(
            Enum.GetValues<PanelTab>()
                .Where(t => t != PanelTab.App)
                .Select(t => new PaletteItem(t.Icon(), $"{t}", "show the tab", () => actions.ShowTab(t)))
        );
        foreach (var section in lesson.Sections)
        {
            items.AddRange(
                section.Blocks.Where(b => b.Runnable).Select(b => new PaletteItem(
                    Icons.Material.Rounded.Code,
                    FirstLine(b.Code),
                    $"block of {Phases.Label(section) ?? section.Title}",
                    () => goTo(RunnableBlock.DomIdOf(b.Id))
                ) { Also = b.Code })
            );
            items.AddRange(
                section.Checks.Select(c => new PaletteItem(
                    Icons.Material.Rounded.Checklist,
                    c.Title,
                    $"check of {Phases.Label(section) ?? section.Title}",
                    () => goTo(section.Id)
                ))
            );
        }
        return items.ToImmutable();
    }

    /// <summary>
    /// Those that have every word somewhere: first where the text has them, then text and kind; else as on the page.
    /// </summary>
    public static ImmutableArray<PaletteItem> Matching(ImmutableArray<PaletteItem> items, string query)
    {
        var words = query.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. items
                .Where(i => HasAll(words, i.Text, i.Kind, i.Also))
                .OrderByDescending(i => HasAll(words, i.Text))
                .ThenByDescending(i => HasAll(words, i.Text, i.Kind))
                .Take(MaxShown),
        ];
    }

    private static IEnumerable<PaletteItem> Runs(Lesson lesson, SessionSnapshot snapshot, LessonActions actions)
    {
        var provider = snapshot.Cluster.Provider;
        if (snapshot.ActiveBlockId is not null)
            yield return new(Icons.Material.Rounded.Stop, "Stop what runs", "do", actions.StopAsync);
        foreach (var section in lesson.Sections.Where(s => s.Kind == SectionKind.Step))
        {
            if (LessonActions.RunnableBlocks(section, provider).Any())
                yield return new(
                    Icons.Material.Rounded.PlayArrow,
                    $"Run {Phases.FullTitle(section)}",
                    "do",
                    () => actions.RunSectionAndTellAsync(section, provider)
                );
        }
        if (lesson.Checks.Any())
            yield return new(
                Icons.Material.Rounded.Refresh,
                "Check everything now",
                "do",
                () => actions.CheckAsync(null)
            );
    }

    private static string IconOf(Section section) => section.Kind switch
    {
        SectionKind.Step => Icons.Material.Rounded.Flag,
        SectionKind.Exercise => Icons.Material.Rounded.FitnessCenter,
        _ => Icons.Material.Rounded.Notes,
    };

    /// <summary>The first line that does something.</summary>
    private static string FirstLine(string code) =>
        code.Split('\n').FirstOrDefault(l => l.Length > 0 && !l.StartsWith('#')) ?? code;

    private static bool HasAll(string[] words, params string[] texts) =>
        words.All(w => texts.Any(t => t.Contains(w, StringComparison.OrdinalIgnoreCase)));
}
