namespace Portal.Classroom.Board;

/// <summary>Live pictures of classes.</summary>
public interface IClassBoard
{
    /// <summary>
    /// The board now, then after each change (at most five a second), and from time to time because durations grow.
    /// Ends when cancelled, or at once when there is no such class.
    /// </summary>
    IAsyncEnumerable<ClassBoard> WatchAsync(string classId, CancellationToken cancellationToken);
}
