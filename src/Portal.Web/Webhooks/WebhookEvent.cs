using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Portal.Classroom.Progress;

namespace Portal.Web.Webhooks;

/// <summary>Something that a learner reached, once.</summary>
/// <param name="Id">The same each time that it is sent, so that a receiver takes it once.</param>
/// <param name="Body">What is posted, and signed.</param>
internal sealed record WebhookEvent(string Type, string Id, string Body)
{
    public const string SectionCompleted = "section.completed";
    public const string ExercisePassed = "exercise.passed";
    public const string LessonCompleted = "lesson.completed";

    public static readonly string[] All = [SectionCompleted, ExercisePassed, LessonCompleted];

    /// <param name="section">Null for the whole lesson.</param>
    public static WebhookEvent Make(string type, ProgressKey key, string learner, string? section, DateTimeOffset at)
    {
        var what = $"{type}\n{key.LearnerId}\n{key.CourseId}\n{key.LessonId}\n{section}";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(what));
        var body = new
        {
            type,
            timestamp = at,
            data = new
            {
                learnerId = key.LearnerId,
                learner,
                courseId = key.CourseId,
                lessonId = key.LessonId,
                sectionId = section,
            },
        };
        return new WebhookEvent(type, "msg_" + Convert.ToHexStringLower(hash[..16]), JsonSerializer.Serialize(body));
    }
}
