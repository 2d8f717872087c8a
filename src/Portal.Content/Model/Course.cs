using System.Collections.Immutable;

namespace Portal.Content.Model;

/// <summary>A course as its <c>course.yaml</c> lists it. Immutable; the catalog swaps whole courses when files change.</summary>
public sealed record Course
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public string Summary { get; init; } = "";

    /// <summary>Every lesson that the course names, in order, including those that are announced but not written yet.</summary>
    public ImmutableArray<LessonEntry> Lessons { get; init; } = [];
}

/// <summary>One line of a course's table of contents.</summary>
public sealed record LessonEntry
{
    public required string Id { get; init; }
    public required string Title { get; init; }
    public string Summary { get; init; } = "";
    public string Difficulty { get; init; } = "";
    public int Minutes { get; init; }

    /// <summary>False for a lesson that is announced only, or whose file has errors (then <see cref="Problems"/> says which).</summary>
    public bool Available { get; init; }

    public ImmutableArray<ContentProblem> Problems { get; init; } = [];
}

/// <summary>Something wrong in a content file, said so that its author can mend it.</summary>
/// <param name="File">Path relative to the content root.</param>
/// <param name="Line">1-based; 0 when the whole file is meant.</param>
/// <param name="Severity">An <see cref="ProblemSeverity.Error"/> keeps the lesson from being offered.</param>
public sealed record ContentProblem(string File, int Line, ProblemSeverity Severity, string Message, string Remedy)
{
    public override string ToString() => $"{File}:{Line}: {(Severity == ProblemSeverity.Error ? "error" : "warning")}: {Message} {Remedy}";
}

public enum ProblemSeverity { Warning, Error }
