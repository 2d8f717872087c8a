using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Portal.Content.Model;

namespace Portal.Content.Catalog;

/// <summary>A file of <c>checks/wrong/</c>: objects that a learner may apply by mistake, with what refuses them in its head.</summary>
/// <param name="Name">Path relative to the lesson.</param>
/// <param name="RejectedBy">Id of the check that refuses it, <see cref="Cluster"/> when the API server does, or null when the head does not say.</param>
/// <param name="Message">Part of what the learner reads then; null when the head does not say.</param>
public sealed partial record WrongAnswerFile(string Name, string Path, string? RejectedBy, string? Message)
{
    /// <summary>The word for the API server, which refuses an object before any check sees it.</summary>
    public const string Cluster = "cluster";

    /// <summary>The files of a lesson, by name.</summary>
    public static ImmutableArray<WrongAnswerFile> Of(Lesson lesson)
    {
        var directory = System.IO.Path.Combine(lesson.Directory, "checks", "wrong");
        return !Directory.Exists(directory) ? [] : [.. Directory.EnumerateFiles(directory, "*.yaml").Order(StringComparer.Ordinal).Select(Read)];
    }

    private static WrongAnswerFile Read(string path)
    {
        var text = File.ReadAllText(path);
        return new("checks/wrong/" + System.IO.Path.GetFileName(path), path, Value(RejectedByLine().Match(text)), Value(MessageLine().Match(text)));
    }

    private static string? Value(Match match) => match.Success ? match.Groups[1].Value.Trim() : null;

    [GeneratedRegex(@"^#\s*rejected-by:\s*(\S+)", RegexOptions.Multiline)]
    private static partial Regex RejectedByLine();

    [GeneratedRegex(@"^#\s*message:[ \t]*(\S.*)$", RegexOptions.Multiline)]
    private static partial Regex MessageLine();
}
