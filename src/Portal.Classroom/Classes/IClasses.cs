using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Classes;

/// <summary>Classes and who is in them.</summary>
public interface IClasses
{
    /// <summary>All classes with their enrolments, oldest first.</summary>
    Task<ImmutableArray<SchoolClass>> ListAsync(CancellationToken cancellationToken);
    Task<SchoolClass?> FindAsync(string id, CancellationToken cancellationToken);
    Task<SchoolClass?> FindByJoinCodeAsync(string joinCode, CancellationToken cancellationToken);

    /// <exception cref="ClassroomException">The name is empty or too long.</exception>
    Task<SchoolClass> CreateAsync(string name, string courseId, string lessonId, CancellationToken cancellationToken);

    /// <summary>Puts the learner into the class. Doing it twice is not an error.</summary>
    Task EnrolAsync(string classId, string learnerId, CancellationToken cancellationToken);
}
