using System.Collections.Immutable;
using Portal.Content;
using Portal.Content.Model;

namespace Portal.Cli.Commands;

/// <summary>The one lesson that a command works on.</summary>
internal sealed class SingleLessonCatalog(Lesson lesson) : ICourseCatalog
{
    public ImmutableArray<Course> Courses => [];

    public ImmutableArray<ContentProblem> Problems => [];

    /// <summary>Never raised: the lesson is the one that was loaded.</summary>
    public event Action? Changed
    {
        add { }
        remove { }
    }

    public Lesson? FindLesson(string courseId, string lessonId) => courseId == lesson.CourseId && lessonId == lesson.Id ? lesson : null;
}
