using System.Collections.Immutable;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Portal.Content.Linting;
using Portal.Content.Model;

namespace Portal.Content.Markdown;

/// <summary>A lesson and what is wrong with it. The lesson is there even when there are errors.</summary>
public sealed record ParsedLesson(Lesson Lesson, ImmutableArray<ContentProblem> Problems);

/// <summary>Turns a markdown file into a lesson. Never throws on what an author may write.</summary>
public static class LessonParser
{
    /// <param name="file">Path shown in problems, relative to the content root.</param>
    /// <param name="directory">Absolute directory of the file.</param>
    /// <param name="fallbackId">Id when the front matter has none.</param>
    public static ParsedLesson Parse(string markdown, string file, string courseId, string directory, string fallbackId)
    {
        var problems = new ProblemList(file);
        var document = LessonMarkdown.Parse(markdown);
        var front = document.OfType<YamlFrontMatterBlock>().FirstOrDefault();
        var meta = front is null ? new FrontMatter() : FrontMatter.Parse(front.Lines.ToString(), front.Line + 2, problems);

        var (heading, sections) = Split(document, file, problems);
        var lesson = new Lesson
        {
            CourseId = courseId,
            Id = meta.Id ?? fallbackId,
            Title = meta.Title ?? heading ?? fallbackId,
            Summary = meta.Summary,
            Difficulty = meta.Difficulty,
            Minutes = meta.Minutes,
            Prerequisites = meta.Prerequisites,
            Next = meta.Next,
            Kubernetes = meta.Kubernetes,
            Istio = meta.Istio,
            Namespace = meta.Namespace,
            Directory = directory,
            Sections = sections,
        };
        if (sections.IsEmpty) problems.Error(0, "The lesson is empty.", "Write headings and text; '### Step 1: …' makes a step.");
        return new(lesson, [.. problems.Items]);
    }

    private static (string? Title, ImmutableArray<Section> Sections) Split(MarkdownDocument document, string file, ProblemList problems)
    {
        string? title = null;
        var builders = new List<SectionBuilder>();
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var parent = SectionKind.Text;

        foreach (var block in document)
        {
            if (block is YamlFrontMatterBlock or LinkReferenceDefinitionGroup) continue;
            if (block is not HeadingBlock { Level: <= 3 } heading)
            {
                if (builders.Count == 0)
                {
                    builders.Add(new SectionBuilder("introduction", new(SectionKind.Text, 0, "Introduction", "introduction"), 2, block.Line + 1, file, problems));
                    ids["introduction"] = 1;
                }
                builders[^1].Add(block);
                continue;
            }
            var text = LessonMarkdown.PlainText(heading);
            if (heading.Level == 1) title ??= text;
            var info = HeadingInfo.Parse(text, heading.Level, parent);
            if (heading.Level <= 2) parent = info.Kind;
            builders.Add(new SectionBuilder(UniqueId(info, ids, heading.Line + 1, problems), info, heading.Level, heading.Line + 1, file, problems));
        }
        // The lesson's own heading is its title; it is a section only when text stands directly below it.
        return (title, [.. builders.Select(b => b.Build()).Where(s => s.Level > 1 || !s.Parts.IsEmpty)]);
    }

    private static string UniqueId(HeadingInfo info, Dictionary<string, int> ids, int line, ProblemList problems)
    {
        var count = ids[info.Id] = ids.GetValueOrDefault(info.Id) + 1;
        if (count == 1) return info.Id;
        if (info.Kind is SectionKind.Step or SectionKind.Exercise)
        {
            problems.Error(line, $"{info.Kind} {info.Number} appears twice.", "Number the headings so that each number appears once.");
        }
        return $"{info.Id}-{count}";
    }
}
