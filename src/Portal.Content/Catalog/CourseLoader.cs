using System.Collections.Immutable;
using System.Globalization;
using Portal.Content.Linting;
using Portal.Content.Model;
using Portal.Content.Yaml;
using YamlDotNet.RepresentationModel;

namespace Portal.Content.Catalog;

/// <summary>A course with the lessons that are usable, and every problem of its files.</summary>
internal sealed record LoadedCourse(Course Course, ImmutableDictionary<string, Lesson> Lessons, ImmutableArray<ContentProblem> Problems);

/// <summary>Reads <c>course.yaml</c> and the lessons beside it. A broken file leaves the rest of the course in place.</summary>
internal static class CourseLoader
{
    public const string FileName = "course.yaml";

    public static LoadedCourse Load(string directory, string root)
    {
        var id = Path.GetFileName(directory);
        var file = Path.GetRelativePath(root, Path.Combine(directory, FileName)).Replace('\\', '/');
        var problems = new ProblemList(file);
        var head = ReadHead(Path.Combine(directory, FileName), problems);

        var loaded = Sources(directory).ToDictionary(s => s.Id, s => LessonLoader.Load(s.Path, root), StringComparer.Ordinal);
        var entries = ImmutableArray.CreateBuilder<LessonEntry>();
        foreach (var listed in Listed(head, problems))
        {
            entries.Add(loaded.TryGetValue(listed.Id, out var lesson) ? Merge(listed, lesson) : listed);
        }
        foreach (var (lessonId, lesson) in loaded.OrderBy(l => l.Key, StringComparer.Ordinal).Where(l => entries.All(e => e.Id != l.Key)))
        {
            if (head is not null) problems.Warning(0, $"Lesson '{lessonId}' is not listed; it is shown last.", "Add it to 'lessons:' where it belongs.");
            entries.Add(Merge(new LessonEntry { Id = lessonId, Title = "" }, lesson));
        }

        return new(
            new Course { Id = id, Title = head?.Text("title") ?? id, Summary = head?.Text("summary") ?? "", Lessons = entries.ToImmutable() },
            loaded.Where(l => l.Value.Usable).ToImmutableDictionary(l => l.Key, l => l.Value.Lesson! with { Id = l.Key, CourseId = id }, StringComparer.Ordinal),
            [.. problems.Items, .. loaded.Values.SelectMany(l => l.Problems)]);
    }

    /// <summary>Lesson directories, and markdown files that are lessons by themselves. The name is the id.</summary>
    private static IEnumerable<(string Id, string Path)> Sources(string directory) =>
        Directory.EnumerateDirectories(directory)
            .Where(d => File.Exists(Path.Combine(d, LessonLoader.FileName)))
            .Select(d => (Path.GetFileName(d), d))
            .Concat(Directory.EnumerateFiles(directory, "*.md")
                .Where(f => !Path.GetFileName(f).Equals("README.md", StringComparison.OrdinalIgnoreCase))
                .Select(f => (Path.GetFileNameWithoutExtension(f), f)))
            .DistinctBy(s => s.Item1);

    private static LessonEntry Merge(LessonEntry listed, LoadedLesson loaded) => listed with
    {
        Title = FirstText(listed.Title, loaded.Lesson?.Title, listed.Id),
        Summary = FirstText(listed.Summary, loaded.Lesson?.Summary),
        Difficulty = FirstText(listed.Difficulty, loaded.Lesson?.Difficulty),
        Minutes = listed.Minutes > 0 ? listed.Minutes : loaded.Lesson?.Minutes ?? 0,
        Available = loaded.Usable,
        Problems = loaded.Problems,
    };

    private static string FirstText(params string?[] texts) => texts.FirstOrDefault(t => !string.IsNullOrEmpty(t)) ?? "";

    private static YamlMappingNode? ReadHead(string path, ProblemList problems)
    {
        if (!File.Exists(path)) return null;
        try
        {
            switch (YamlReader.Read(File.ReadAllText(path), 1))
            {
                case YamlMappingNode mapping:
                    if (mapping.Text("title") is null) problems.Warning(1, "The course has no title.", "Add 'title: …'.");
                    return mapping;
                default:
                    problems.Error(1, "The course file is not a mapping.", "Write 'title:', 'summary:' and 'lessons:'.");
                    return null;
            }
        }
        catch (YamlProblemException e)
        {
            problems.Error(e.Line, $"The course file is not valid YAML: {e.Message}.", "Until it is mended the lessons are shown in the order of their names.");
        }
        catch (IOException e)
        {
            problems.Error(0, $"The course file cannot be read: {e.Message}", "Check the file's permissions.");
        }
        return null;
    }

    private static IEnumerable<LessonEntry> Listed(YamlMappingNode? head, ProblemList problems)
    {
        if (head?.Find("lessons") is not YamlSequenceNode lessons) yield break;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in lessons.Children)
        {
            var line = (int)node.Start.Line;
            if (node is not YamlMappingNode entry || entry.Text("id") is not { Length: > 0 } id)
            {
                problems.Error(line, "A lesson of the course has no id.", "Write '- id: directory-name' and 'title:' below it.");
                continue;
            }
            if (!seen.Add(id))
            {
                problems.Error(line, $"Lesson '{id}' is listed twice.", "Remove one of the two.");
                continue;
            }
            yield return new LessonEntry
            {
                Id = id,
                Title = entry.Text("title") ?? "",
                Summary = entry.Text("summary") ?? "",
                Difficulty = entry.Text("difficulty") ?? "",
                Minutes = int.TryParse(entry.Text("minutes"), CultureInfo.InvariantCulture, out var minutes) ? minutes : 0,
            };
        }
    }
}
