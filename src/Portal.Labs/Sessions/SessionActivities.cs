using System.Collections.Immutable;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>What a learner did last in a session that is open.</summary>
/// <param name="LastActive">When the learner last typed, ran or checked something; exact to half a minute.</param>
/// <param name="Last">The last command, or null before the first.</param>
/// <param name="LastFailure">The last command that failed, which others may have followed.</param>
public sealed record SessionActivity(
    DateTimeOffset LastActive,
    LearnerCommand? Last = null,
    LearnerCommand? LastFailure = null
)
{
    /// <summary>Who has a page of the session open, its learner among them.</summary>
    public ImmutableArray<SessionPerson> People { get; init; } = [];
}

/// <summary>
/// What learners do in their open sessions, for those who instruct them. In memory: it ends with each session.
/// </summary>
public interface ISessionActivities
{
    ImmutableDictionary<LessonSessionKey, SessionActivity> Current { get; }

    /// <summary>The activities now, then the newest after each change, at most five times a second.</summary>
    IAsyncEnumerable<ImmutableDictionary<LessonSessionKey, SessionActivity>> WatchAsync(
        CancellationToken cancellationToken
    );
}

internal sealed class SessionActivities(TimeProvider time) : ISessionActivities
{
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(200);

    /// <summary>Keys that are typed need not all be told of.</summary>
    private static readonly TimeSpan s_exactness = TimeSpan.FromSeconds(30);

    private readonly Live<ImmutableDictionary<LessonSessionKey, SessionActivity>> _live =
        new(ImmutableDictionary<LessonSessionKey, SessionActivity>.Empty, time);

    public ImmutableDictionary<LessonSessionKey, SessionActivity> Current => _live.Current;

    public IAsyncEnumerable<ImmutableDictionary<LessonSessionKey, SessionActivity>> WatchAsync(
        CancellationToken cancellationToken
    ) => _live.WatchAsync(s_batch, cancellationToken);

    public void Touch(LessonSessionKey key)
    {
        var now = time.GetUtcNow();
        if (Current.GetValueOrDefault(key) is { } known && (now - known.LastActive).Duration() < s_exactness) return;
        _live.Update(all => all.SetItem(key, (all.GetValueOrDefault(key) ?? new(now)) with { LastActive = now }));
    }

    public void Note(LessonSessionKey key, LearnerCommand command) =>
        _live.Update(all =>
            all.SetItem(
                key,
                new SessionActivity(
                    command.At,
                    command,
                    command.Failed ? command : all.GetValueOrDefault(key)?.LastFailure
                )
                {
                    People = all.GetValueOrDefault(key)?.People ?? [],
                }
            )
        );

    /// <summary>Without effect on a session that is not open.</summary>
    public void Meet(LessonSessionKey key, ImmutableArray<SessionPerson> people) =>
        _live.Update(all =>
            all.GetValueOrDefault(key) is { } known ? all.SetItem(key, known with { People = people }) : all
        );

    public void Remove(LessonSessionKey key) => _live.Update(all => all.Remove(key));
}
