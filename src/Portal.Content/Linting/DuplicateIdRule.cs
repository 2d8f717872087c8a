using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>Block names and check ids name recorded progress: two of the same would share it.</summary>
internal sealed class DuplicateIdRule : ILessonRule
{
    public void Check(Lesson lesson, ProblemList problems)
    {
        foreach (var block in lesson.Blocks.GroupBy(b => b.Id).SelectMany(g => g.Skip(1)))
        {
            problems.Error(block.Line, $"Another block is already called '{block.Id}'.", "Give each block of a section its own name=.");
        }
        var ids = lesson
            .Checks.Select(c => (c.Id, c.Line))
            .Concat(lesson.Predictions.Select(p => (p.Id, p.Line)))
            .OrderBy(x => x.Line);
        foreach (var (id, line) in ids.GroupBy(x => x.Id).SelectMany(g => g.Skip(1)))
        {
            problems.Error(
                line,
                $"Another check has the id '{id}'.",
                "Ids of checks and predictions are unique in the lesson."
            );
        }
    }
}
