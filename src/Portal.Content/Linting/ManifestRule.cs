using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>A file that a block names below <c>manifests/</c> or <c>solutions/</c> has to be there.</summary>
internal sealed class ManifestRule : ILessonRule
{
    public void Check(Lesson lesson, ProblemList problems)
    {
        foreach (var block in lesson.Blocks.Where(b => b.Runnable))
        {
            var lines = block.Code.Split('\n');
            for (var i = 0; i < lines.Length; i++)
            {
                foreach (var path in FileArguments.Find(lines[i]))
                {
                    if (!File.Exists(Path.Combine(lesson.Directory, path)))
                    {
                        problems.Warning(block.Line + 1 + i, $"'{path}' is applied here but is not beside the lesson.", $"Add the file {path}, or correct the path.");
                    }
                }
            }
        }
    }
}
