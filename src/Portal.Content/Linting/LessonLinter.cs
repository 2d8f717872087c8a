using System.Collections.Immutable;
using Portal.Content.Markdown;
using Portal.Content.Model;

namespace Portal.Content.Linting;

/// <summary>Everything wrong in a lesson: what its file says, and how it fits with itself and the files beside it.</summary>
public static class LessonLinter
{
    private static readonly ImmutableArray<ILessonRule> s_rules = [new DuplicateIdRule(), new ManifestRule(), new WrongAnswerFileRule(), new CompletableRule(), new CheckOrderRule(), new SampleRule()];

    /// <summary>Problems in file order; none means that the lesson is fine.</summary>
    public static ImmutableArray<ContentProblem> Lint(ParsedLesson parsed, string file)
    {
        var problems = new ProblemList(file);
        foreach (var rule in s_rules) rule.Check(parsed.Lesson, problems);
        return [.. parsed.Problems.Concat(problems.Items).Distinct().OrderBy(p => p.File, StringComparer.Ordinal).ThenBy(p => p.Line)];
    }
}

/// <summary>One rule over a parsed lesson.</summary>
internal interface ILessonRule
{
    void Check(Lesson lesson, ProblemList problems);
}
