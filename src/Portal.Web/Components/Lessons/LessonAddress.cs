using Portal.Content.Model;

namespace Portal.Web.Components.Lessons;

/// <summary>Where a lesson's page is.</summary>
internal static class LessonAddress
{
    public static string Of(string courseId, string lessonId) => $"/learn/{courseId}/{lessonId}";

    public static string Of(Lesson lesson) => Of(lesson.CourseId, lesson.Id);
}
