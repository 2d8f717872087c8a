using System.Collections.Immutable;
using Portal.Labs.Sessions;

namespace Portal.Labs.Capacity;

/// <summary>
/// Lets people into their sessions while there is room, and has others wait in a queue: those who instruct first, then
/// in order of arrival. Thread-safe.
/// </summary>
public interface ISessionAdmission
{
    /// <summary>
    /// Where somebody stands on the way into their session, now and after each change, until they are in or have left
    /// the queue. The place is theirs as long as this is read, on whichever page, and a short while longer.
    /// </summary>
    /// <param name="first">Whether they get in before those for whom this is false.</param>
    /// <exception cref="LessonNotFoundException">There is no such lesson, or it is not available.</exception>
    IAsyncEnumerable<Admission> EnterAsync(LessonSessionKey key, bool first, CancellationToken cancellationToken);

    /// <summary>Gives the place in the queue up. Without effect for who does not wait.</summary>
    void Leave(LessonSessionKey key);

    /// <summary>The queue now, for whoever operates the portal.</summary>
    AdmissionState Current { get; }
}

/// <summary>Where somebody stands on the way into their session.</summary>
public abstract record Admission
{
    /// <summary>They are in; nothing follows.</summary>
    public sealed record Admitted(ILessonSession Session) : Admission;

    /// <summary>They gave their place up; nothing follows.</summary>
    public sealed record Left : Admission;

    /// <summary>There is no room. It goes on by itself.</summary>
    /// <param name="Place">1 for who is next.</param>
    /// <param name="Estimate">How long it takes if places become free as they did lately; null when none did.</param>
    public sealed record Waiting(int Place, int Of, TimeSpan? Estimate, DateTimeOffset Since) : Admission;

    /// <summary>They have as many sessions as one person may. It goes on by itself once another of them ends.</summary>
    public sealed record TooMany(int Limit, EquatableKeys Others) : Admission;
}

/// <summary>Keys of sessions, equal to others with the same.</summary>
public sealed record EquatableKeys(ImmutableArray<LessonSessionKey> Keys)
{
    public bool Equals(EquatableKeys? other) => other is not null && Keys.SequenceEqual(other.Keys);

    public override int GetHashCode() => Keys.Length;
}

/// <summary>The queue at one moment.</summary>
/// <param name="Limit">Sessions that may be open, or null for as many as there is memory for.</param>
/// <param name="Room">Sessions that could be started now; null when nothing limits them.</param>
public sealed record AdmissionState(int? Limit, int? Room, SessionFootprint Footprint, ImmutableArray<Waiter> Queue);

/// <summary>Somebody in the queue, without who it is.</summary>
/// <param name="IsPresent">Whether a page of theirs is open; otherwise the place is only kept for a while.</param>
public sealed record Waiter(string CourseId, string LessonId, bool First, DateTimeOffset Since, bool IsPresent);
