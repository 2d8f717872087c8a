using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Portal.Labs.Capacity;
using Portal.Labs.Sessions;
using Portal.Shared;

namespace Portal.Testing.Lessons;

/// <summary>Lets everybody in at once, unless a test says where they stand.</summary>
public sealed class FakeSessionAdmission(ILessonSessions sessions) : ISessionAdmission
{
    private readonly Live<Stand> _stand = new(new(null), TimeProvider.System);

    /// <summary>Keys whose place was given up, in order.</summary>
    public ConcurrentQueue<LessonSessionKey> GivenUp { get; } = new();

    public AdmissionState Current { get; set; } = new(null, null, new(24 << 20, 0), []);

    /// <summary>Where everybody stands from now on; null lets them in.</summary>
    public void Show(Admission? admission) => _stand.Update(_ => new(admission));

    public async IAsyncEnumerable<Admission> EnterAsync(
        LessonSessionKey key,
        bool first,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await foreach (var stand in _stand.WatchAsync(TimeSpan.Zero, cancellationToken))
        {
            if (stand.Admission is null) break;
            yield return stand.Admission;
            if (stand.Admission is Admission.Left) yield break;
        }
        yield return new Admission.Admitted(await sessions.OpenAsync(key, cancellationToken));
    }

    public void Leave(LessonSessionKey key)
    {
        GivenUp.Enqueue(key);
        Show(new Admission.Left());
    }

    private sealed record Stand(Admission? Admission);
}
