using System.Collections.Immutable;
using Portal.Content.Linting;
using Portal.Content.Markdown;
using Portal.Content.Model;

namespace Portal.Content.Catalog;

/// <summary>A lesson from a file, with every problem of it. <see cref="Lesson"/> is null when the file cannot be read.</summary>
public sealed record LoadedLesson(Lesson? Lesson, ImmutableArray<ContentProblem> Problems)
{
    /// <summary>A lesson with an error is not offered.</summary>
    public bool Usable => Lesson is not null && Problems.All(p => p.Severity != ProblemSeverity.Error);
}

/// <summary>Reads one lesson: a directory with <c>lesson.md</c>, or a markdown file of its own.</summary>
public static class LessonLoader
{
    public const string FileName = "lesson.md";

    /// <param name="path">A lesson directory or a <c>.md</c> file.</param>
    /// <param name="root">Directory that paths in problems are relative to.</param>
    public static LoadedLesson Load(string path, string root)
    {
        var file = Path.GetFullPath(Directory.Exists(path) ? Path.Combine(path, FileName) : path);
        var shown = Path.GetRelativePath(root, file).Replace('\\', '/');
        var directory = Path.GetDirectoryName(file)!;
        var alone = Path.GetFileName(file) != FileName;
        var id = alone ? Path.GetFileNameWithoutExtension(file) : Path.GetFileName(directory);
        var course = Path.GetFileName(alone ? directory : Path.GetDirectoryName(directory)) ?? "";
        try
        {
            var parsed = LessonParser.Parse(File.ReadAllText(file), shown, course, directory, id);
            return new(parsed.Lesson with { Verified = alone ? [] : VerificationFile.Read(directory) }, LessonLinter.Lint(parsed, shown));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(null, [new(shown, 0, ProblemSeverity.Error, $"The lesson cannot be read: {e.Message}", $"A lesson is a directory with {FileName}, or a .md file.")]);
        }
    }
}
