namespace Portal.Classroom.Access;

/// <summary>
/// Who may see whom. Asked at each request and connection, not once: people leave classes, and instructors change.
/// </summary>
public interface IAccess
{
    /// <summary>
    /// Whether somebody may see a learner's session, progress and ports: the learner, and who instructs a class that
    /// the learner is in. Nobody else, administrators included.
    /// </summary>
    Task<bool> MaySeeAsync(string viewerId, string learnerId, CancellationToken cancellationToken);

    /// <summary><see cref="MaySeeAsync"/> now and each time it changes, for what stays open.</summary>
    IAsyncEnumerable<bool> WatchMaySeeAsync(string viewerId, string learnerId, CancellationToken cancellationToken);

    /// <summary>Whether somebody instructs this class.</summary>
    Task<bool> InstructsAsync(string personId, string classId, CancellationToken cancellationToken);
}
