using System.Text.RegularExpressions;
using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>Each file in <c>checks/wrong/</c> says in its head which check rejects it.</summary>
internal sealed partial class WrongAnswerFileRule : ILessonRule
{
    public void Check(Lesson lesson, ProblemList problems)
    {
        var directory = Path.Combine(lesson.Directory, "checks", "wrong");
        if (!Directory.Exists(directory)) return;
        var ids = lesson.Checks.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal))
        {
            var name = "checks/wrong/" + Path.GetFileName(file);
            var head = RejectedBy().Match(File.ReadAllText(file));
            if (!head.Success) problems.Warning(0, $"{name} does not say which check rejects it.", "Start it with '# rejected-by: CHECK-ID'.");
            else if (!ids.Contains(head.Groups[1].Value)) problems.Error(0, $"{name} names the check '{head.Groups[1].Value}', which the lesson does not have.", "Correct the id in its head.");
        }
    }

    [GeneratedRegex(@"^#\s*rejected-by:\s*(\S+)", RegexOptions.Multiline)]
    private static partial Regex RejectedBy();
}
