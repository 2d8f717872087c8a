using Portal.Labs.Sessions;
using Portal.Shared;

namespace Portal.Labs.Capacity;

/// <summary>A place in the queue. Everything but <see cref="Watch"/> is the queue's, inside its lock.</summary>
internal sealed class AdmissionTicket(LessonSessionKey key, bool first, TimeProvider time)
{
    /// <summary>Replaced before anybody watches.</summary>
    private readonly Live<Admission> _live = new(new Admission.Waiting(0, 0, null, default), time);

    public LessonSessionKey Key => key;
    public bool First => first;
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>Pages that wait with it.</summary>
    public int Pages { get; set; }

    /// <summary>Since when no page waits; meaningless while one does.</summary>
    public DateTimeOffset AbsentSince { get; set; }

    /// <summary>Shows a page where it stands; what stands already is not told again.</summary>
    public void Show(Admission admission) => _live.Update(before => before == admission ? before : admission);

    public IAsyncEnumerable<Admission> Watch(CancellationToken cancellationToken) =>
        _live.WatchAsync(TimeSpan.Zero, cancellationToken);

    /// <summary>The session may be opened.</summary>
    public sealed record Entering : Admission;
}
