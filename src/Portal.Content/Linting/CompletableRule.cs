using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>What is shown as a step or an exercise can be completed in a lesson that grades.</summary>
internal sealed class CompletableRule : ILessonRule
{
    public void Check(Lesson lesson, ProblemList problems)
    {
        foreach (var section in lesson.Sections.Where(s => s.Kind == SectionKind.Step && s.Checks.IsEmpty && !s.Blocks.Any(b => b is { Runnable: true, InSolution: false })))
        {
            problems.Warning(section.Line, $"Step {section.Number} has nothing to run and nothing to check.", "Add a bash block or a checks block, or make it a section without 'Step'.");
        }
        if (!lesson.Checks.Any()) return;
        foreach (var section in lesson.Sections.Where(s => s.Kind == SectionKind.Exercise && s.Checks.IsEmpty))
        {
            problems.Warning(section.Line, $"Exercise {section.Number} has no checks, so it can never be completed.", "Add a checks block.");
        }
    }
}
