using Portal.Content.Catalog;
using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>Each file in <c>checks/wrong/</c> says in its head what refuses it and with which message, and each message has a file that draws it.</summary>
internal sealed class WrongAnswerFileRule : ILessonRule
{
    public void Check(Lesson lesson, ProblemList problems)
    {
        var files = WrongAnswerFile.Of(lesson);
        var checks = lesson.Checks.GroupBy(c => c.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (file.RejectedBy is null) problems.Warning(0, $"{file.Name} does not say which check rejects it.", "Start it with '# rejected-by: CHECK-ID', or '# rejected-by: cluster' when the API server refuses it.");
            else if (file.RejectedBy == WrongAnswerFile.Cluster) CheckMessage(file, [], problems);
            else if (checks.TryGetValue(file.RejectedBy, out var check)) CheckMessage(file, [.. check.Wrong.Select(w => w.Message)], problems);
            else problems.Error(0, $"{file.Name} names the check '{file.RejectedBy}', which the lesson does not have.", "Correct the id in its head.");
        }
        // The wrong answers to a question are its own choices; they need no file.
        foreach (var check in lesson.Checks.Where(c => c.Probe != "answer"))
        {
            foreach (var wrong in check.Wrong.Where(w => !files.Any(f => f.RejectedBy == check.Id && f.Message is { } m && w.Message.Contains(m, StringComparison.Ordinal))))
            {
                problems.Warning(check.Line, $"No file shows the message '{Shorten(wrong.Message)}' of check '{check.Id}'.", "Add a file to checks/wrong that draws it, with '# message:' and a part of it.");
            }
        }
    }

    private static void CheckMessage(WrongAnswerFile file, IReadOnlyCollection<string> messages, ProblemList problems)
    {
        if (file.Message is null)
        {
            if (messages.Count > 0 || file.RejectedBy == WrongAnswerFile.Cluster) problems.Warning(0, $"{file.Name} does not say what its author is told.", "Add '# message:' with a part of the message.");
        }
        else if (messages.Count > 0 && !messages.Any(m => m.Contains(file.Message, StringComparison.Ordinal)))
        {
            problems.Error(0, $"{file.Name} expects '{file.Message}', which no wrong answer of check '{file.RejectedBy}' says.", "Correct the message in its head.");
        }
    }

    private static string Shorten(string message) => message.Length > 50 ? message[..50] + "…" : message;
}
