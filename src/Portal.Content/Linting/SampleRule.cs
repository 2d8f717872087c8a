using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>A sample of output says of which block, and that block is there to be run.</summary>
internal sealed class SampleRule : ILessonRule
{
    public void Check(Lesson lesson, ProblemList problems)
    {
        var runnable = lesson.Blocks.Where(b => b.Runnable).Select(b => b.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var sample in lesson.Blocks.Where(b => b.Language == "output"))
        {
            if (sample.SampleOf is null) problems.Warning(sample.Line, "A sample of output does not say of which block.", "Write ```output {of=NAME} with the name of a block of this section.");
            else if (!runnable.Contains(sample.SampleOf)) problems.Error(sample.Line, $"'{sample.SampleOf}' is no block that runs.", "Name a runnable block of this section in of=.");
        }
    }
}
