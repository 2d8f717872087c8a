namespace Portal.Labs.Sessions;

/// <summary>How long sessions last, where somebody limits them. Without a host's own they have no end.</summary>
public interface ISessionLimits
{
    /// <summary>
    /// When the session ends that begins now, or goes on after a sleep or a restart; null for without end. Asked again
    /// until it answers.
    /// </summary>
    Task<DateTimeOffset?> BeginAsync(LessonSessionKey key, CancellationToken cancellationToken);
}

internal sealed class NoSessionLimits : ISessionLimits
{
    public Task<DateTimeOffset?> BeginAsync(LessonSessionKey key, CancellationToken cancellationToken) =>
        Task.FromResult<DateTimeOffset?>(null);
}
