using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>A check waits only for checks that stand before it, so that no two wait for each other.</summary>
internal sealed class CheckOrderRule : ILessonRule
{
    public void Check(Lesson lesson, ProblemList problems)
    {
        var before = new HashSet<string>(StringComparer.Ordinal);
        foreach (var check in lesson.Checks)
        {
            foreach (var id in check.After.Where(id => !before.Contains(id)))
            {
                problems.Error(check.Line, $"Check '{check.Id}' comes after '{id}', which is no check before it.", "Name a check that stands further up.");
            }
            before.Add(check.Id);
        }
    }
}
