using System.Collections.Immutable;
using Portal.Labs.Sessions;
using Portal.Shared;

namespace Portal.Testing.Lessons;

/// <summary>Activities that a test pushes.</summary>
public sealed class FakeSessionActivities : ISessionActivities
{
    private readonly Live<ImmutableDictionary<LessonSessionKey, SessionActivity>> _live =
        new(ImmutableDictionary<LessonSessionKey, SessionActivity>.Empty, TimeProvider.System);

    public ImmutableDictionary<LessonSessionKey, SessionActivity> Current => _live.Current;

    public IAsyncEnumerable<ImmutableDictionary<LessonSessionKey, SessionActivity>> WatchAsync(
        CancellationToken cancellationToken
    ) => _live.WatchAsync(TimeSpan.Zero, cancellationToken);

    public void Push(LessonSessionKey key, SessionActivity activity) => _live.Update(all => all.SetItem(key, activity));

    public void Push(LessonSessionKey key, LearnerCommand command) =>
        Push(key, new SessionActivity(command.At, command, command.Failed ? command : null));
}
