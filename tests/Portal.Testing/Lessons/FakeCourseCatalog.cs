using System.Collections.Immutable;
using Portal.Content;
using Portal.Content.Model;

namespace Portal.Testing.Lessons;

/// <summary>A catalog of what the test puts into it.</summary>
public sealed class FakeCourseCatalog : ICourseCatalog
{
    private readonly Dictionary<(string, string), Lesson> _lessons = [];

    public ImmutableArray<Course> Courses { get; set; } = [];
    public ImmutableArray<ContentProblem> Problems { get; set; } = [];

    public event Action? Changed;

    public Lesson? FindLesson(string courseId, string lessonId) => _lessons.GetValueOrDefault((courseId, lessonId));

    /// <summary>Adds a lesson to a course of its name, which is made when missing.</summary>
    public FakeCourseCatalog Add(Lesson lesson)
    {
        _lessons[(lesson.CourseId, lesson.Id)] = lesson;
        var course = Courses.FirstOrDefault(c => c.Id == lesson.CourseId) ?? new Course { Id = lesson.CourseId, Title = lesson.CourseId };
        var entry = new LessonEntry { Id = lesson.Id, Title = lesson.Title, Summary = lesson.Summary, Minutes = lesson.Minutes, Available = true };
        Courses = [.. Courses.Where(c => c.Id != course.Id), course with { Lessons = course.Lessons.Add(entry) }];
        Changed?.Invoke();
        return this;
    }
}
