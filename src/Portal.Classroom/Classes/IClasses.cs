using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Classes;

/// <summary>Classes and who is in them.</summary>
public interface IClasses
{
    /// <summary>All classes with their enrolments and instructors, oldest first.</summary>
    Task<ImmutableArray<SchoolClass>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The class with its enrolments, instructors and their learners.</summary>
    Task<SchoolClass?> FindAsync(string id, CancellationToken cancellationToken);

    /// <exception cref="ClassroomException">The name is empty or too long.</exception>
    Task<SchoolClass> CreateAsync(
        string name,
        string courseId,
        string lessonId,
        string instructorId,
        CancellationToken cancellationToken
    );

    /// <summary>Puts the learner into the class. Doing it twice is not an error.</summary>
    /// <exception cref="ClassroomException">Somebody in the class has a name that looks the same.</exception>
    Task EnrolAsync(string classId, string learnerId, CancellationToken cancellationToken);

    /// <summary>Takes the learner out of the class. What they did stays theirs.</summary>
    Task LeaveAsync(string classId, string learnerId, CancellationToken cancellationToken);

    /// <summary>Lets somebody teach the class. Doing it twice is not an error.</summary>
    Task AddInstructorAsync(string classId, string personId, CancellationToken cancellationToken);

    /// <exception cref="ClassroomException">It is the last one.</exception>
    Task RemoveInstructorAsync(string classId, string personId, CancellationToken cancellationToken);
}
