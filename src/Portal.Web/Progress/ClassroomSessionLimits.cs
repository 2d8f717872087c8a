using Portal.Classroom.Classes;
using Portal.Labs.Sessions;

namespace Portal.Web.Progress;

/// <summary>Sessions last as long as the learner's classes say.</summary>
internal sealed class ClassroomSessionLimits(ISessionTimes times) : ISessionLimits
{
    public Task<DateTimeOffset?> BeginAsync(LessonSessionKey key, CancellationToken cancellationToken) =>
        times.BeginAsync(key.LearnerId, key.CourseId, key.LessonId, cancellationToken);
}
