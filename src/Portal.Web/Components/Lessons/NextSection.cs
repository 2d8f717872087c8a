using Portal.Content.Model;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Lessons;

/// <summary>What a learner does next in a lesson.</summary>
/// <param name="Section">Null when everything is completed.</param>
/// <param name="IsBroken">It was completed, and does not hold any more.</param>
internal sealed record NextSection(Section? Section, bool IsBroken)
{
    /// <summary>
    /// What broke comes first, for what follows may rest on it; then the first that is not completed. Troubleshooting,
    /// tips and cleaning up are nobody's next: they are for when they are needed.
    /// </summary>
    public static NextSection Of(Lesson lesson, SessionSnapshot snapshot)
    {
        var due = lesson
            .Sections.Where(s => s.IsTask || s.Kind == SectionKind.Verification)
            .Select(s => (Section: s, snapshot.Sections.GetValueOrDefault(s.Id)?.Phase))
            .Where(s => s.Phase is not (null or SectionPhase.Completed))
            .ToList();
        var broken = due.Find(s => s.Phase == SectionPhase.BrokenAgain).Section;
        return new(broken ?? due.FirstOrDefault().Section, broken is not null);
    }
}
