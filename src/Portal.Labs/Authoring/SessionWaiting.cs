using Portal.Labs.Sessions;

namespace Portal.Labs.Authoring;

/// <summary>Waits for what a session shows.</summary>
public static class SessionWaiting
{
    /// <summary>The first snapshot that meets a condition.</summary>
    public static async Task<SessionSnapshot> UntilAsync(this ILessonSession session, Func<SessionSnapshot, bool> condition, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in session.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            if (condition(snapshot)) return snapshot;
        }
        throw new InvalidOperationException("The session ended.");
    }
}
