using System.Collections.Immutable;
using Portal.Classroom.Model;

namespace Portal.Classroom.Learners;

/// <summary>Who learns here.</summary>
public interface ILearners
{
    Task<ImmutableArray<Learner>> ListAsync(CancellationToken cancellationToken);
    Task<Learner?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Adds a learner. The name is trimmed and must be new.</summary>
    /// <exception cref="ClassroomException">The name is empty, too long or taken.</exception>
    Task<Learner> AddAsync(string name, CancellationToken cancellationToken);

    /// <summary>The learner with this id, added under this name when there is none.</summary>
    Task<Learner> EnsureAsync(string id, string name, CancellationToken cancellationToken);

    /// <exception cref="ClassroomException">There is no such learner, or the name is empty, too long or taken.</exception>
    Task RenameAsync(string id, string name, CancellationToken cancellationToken);

    /// <summary>
    /// Deletes a learner for good: account, places in classes, progress and what proved it. Classes that nobody else
    /// teaches go to <paramref name="heirId"/>.
    /// </summary>
    Task RemoveAsync(string id, string heirId, CancellationToken cancellationToken);
}
