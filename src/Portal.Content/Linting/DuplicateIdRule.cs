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
        foreach (var check in lesson.Checks.GroupBy(c => c.Id).SelectMany(g => g.Skip(1)))
        {
            problems.Error(check.Line, $"Another check has the id '{check.Id}'.", "Check ids are unique in the lesson.");
        }
    }
}
