using Portal.Classroom.Model;

namespace Portal.Classroom.Classes;

/// <summary>What happens to a class from its first learner to its end.</summary>
public interface IClassLife
{
    /// <exception cref="ClassroomException">The name is empty or too long.</exception>
    Task RenameAsync(string classId, string name, CancellationToken cancellationToken);

    Task SetStateAsync(string classId, ClassState state, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the class for good, with its enrolments and invitations. Learners and what they did stay.
    /// </summary>
    Task DeleteAsync(string classId, CancellationToken cancellationToken);

    /// <summary>Replaces the join code; the one before ends.</summary>
    /// <param name="validFor">How long it lasts; null for as long as the class is open.</param>
    /// <param name="uses">How many may join with it; null for any number.</param>
    Task RenewJoinCodeAsync(string classId, TimeSpan? validFor, int? uses, CancellationToken cancellationToken);

    /// <summary>For sessions that begin from now on.</summary>
    /// <param name="length">Null for without end.</param>
    Task SetSessionLengthAsync(string classId, TimeSpan? length, CancellationToken cancellationToken);

    /// <summary>The open class whose code this is.</summary>
    /// <exception cref="ClassroomException">No code that works now; which of the reasons is not told.</exception>
    Task<SchoolClass> FindByJoinCodeAsync(string joinCode, CancellationToken cancellationToken);

    /// <summary>Uses a join code up by one and enrols. Somebody who is in the class already uses nothing up.</summary>
    /// <exception cref="ClassroomException">The code does not work, or the name is taken in the class.</exception>
    Task<SchoolClass> JoinAsync(string joinCode, string learnerId, CancellationToken cancellationToken);
}
