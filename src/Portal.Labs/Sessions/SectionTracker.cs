using System.Collections.Immutable;
using Portal.Content.Model;

namespace Portal.Labs.Sessions;

/// <summary>Works out how far each section is from runs and checks. Pure; the session makes the result durable.</summary>
internal sealed class SectionTracker(Lesson lesson, string provider)
{
    /// <summary>Sections that have something to complete.</summary>
    public ImmutableArray<Section> Sections { get; } = [.. lesson.Sections.Where(s => !s.Checks.IsEmpty || (s.Kind is SectionKind.Step or SectionKind.Exercise or SectionKind.Verification or SectionKind.Cleanup && Required(s, provider).Any()))];

    public static string KindName(Section section) => section.Kind.ToString().ToLowerInvariant();

    /// <param name="succeeded">Ids of the blocks that have succeeded at some time.</param>
    /// <param name="touched">Ids of the blocks that have been run.</param>
    public SectionPhase PhaseOf(Section section, SectionPhase before, IReadOnlySet<string> succeeded, IReadOnlySet<string> touched, IReadOnlyDictionary<string, CheckState> checks)
    {
        var states = section.Checks.Select(c => checks[c.Id]).ToList();
        var wasCompleted = before is SectionPhase.Completed or SectionPhase.BrokenAgain;
        if (wasCompleted) return states.Exists(s => s.Phase == CheckPhase.BrokenAgain) ? SectionPhase.BrokenAgain : SectionPhase.Completed;

        var required = section.Kind is SectionKind.Exercise or SectionKind.Tip or SectionKind.Troubleshooting ? [] : Required(section, provider).Select(b => b.Id).ToList();
        if (states.TrueForAll(s => s.IsPassed) && required.TrueForAll(succeeded.Contains)) return SectionPhase.Completed;
        return states.Exists(s => s.Phase is CheckPhase.Passed or CheckPhase.BrokenAgain) || section.Blocks.Any(b => touched.Contains(b.Id))
            ? SectionPhase.InProgress
            : SectionPhase.NotStarted;
    }

    private static IEnumerable<Block> Required(Section section, string provider) => section.Blocks.Where(b => b is { Runnable: true, InSolution: false } && b.RunsOn(provider));
}
