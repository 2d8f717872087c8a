using System.Collections.Immutable;
using Portal.Content.Model;

namespace Portal.Content;

/// <summary>The courses below the content root. Reads are lock-free on an immutable snapshot that is swapped when files change.</summary>
public interface ICourseCatalog
{
    ImmutableArray<Course> Courses { get; }

    /// <summary>The lesson, or null when it does not exist, is announced only, or has errors.</summary>
    Lesson? FindLesson(string courseId, string lessonId);

    /// <summary>Everything wrong in the content, ordered by file and line.</summary>
    ImmutableArray<ContentProblem> Problems { get; }

    /// <summary>Raised after a new snapshot is in place, on a pool thread.</summary>
    event Action? Changed;
}
