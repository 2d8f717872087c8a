using System.Runtime.CompilerServices;
using Portal.Labs.Sessions;
using Portal.Shared;

namespace Portal.Labs.Capacity;

/// <inheritdoc/>
internal sealed class SessionAdmission : ISessionAdmission, IDisposable
{
    private const long Mebibyte = 1 << 20;

    /// <summary>While somebody waits: memory comes back without anybody telling.</summary>
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(2);

    /// <summary>Until what a session has taken shows in the machine's accounts.</summary>
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_readEvery = TimeSpan.FromSeconds(1);

    private readonly LessonSessions _sessions;
    private readonly AdmissionOptions _options;
    private readonly FootprintMeter _footprint;
    private readonly IMachine _machine;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private MachineState? _state;
    private long _read;
    private readonly List<AdmissionTicket> _queue = [];
    private readonly Dictionary<LessonSessionKey, int> _entering = [];
    private readonly Queue<DateTimeOffset> _started = new();
    private readonly Departures _departures;
    private readonly ITimer _timer;
    private bool _isLooking;

    public SessionAdmission(
        LessonSessions sessions,
        LessonSessionFactory factory,
        FootprintMeter footprint,
        IMachine machine,
        TimeProvider time
    )
    {
        (_sessions, _options, _footprint) = (sessions, factory.Options.Admission, footprint);
        (_machine, _time, _departures) = (machine, time, new Departures(time));
        _timer = factory
            .Guard("admission")
            .Timer("look who may come in", LookAround, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        sessions.Ended += OnEnded;
    }

    public AdmissionState Current
    {
        get
        {
            lock (_gate)
            {
                var open = _sessions.Open;
                var room = Room(open);
                return new(
                    _options.Sessions > 0 ? _options.Sessions : null,
                    room == int.MaxValue ? null : Math.Max(0, room),
                    _footprint.Of(Read(), open),
                    [
                        .. _queue.Select(t =>
                            new Waiter(t.Key.CourseId, t.Key.LessonId, t.First, t.Since, t.Pages > 0)
                        ),
                    ]
                );
            }
        }
    }

    public async IAsyncEnumerable<Admission> EnterAsync(
        LessonSessionKey key,
        bool first,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var ticket = Arrive(key, first && _options.InstructorsFirst);
        try
        {
            await foreach (var admission in ticket.Watch(cancellationToken).ConfigureAwait(false))
            {
                if (admission is AdmissionTicket.Entering) break;
                yield return admission;
                if (admission is Admission.Left) yield break;
            }
            var session = await _sessions.OpenAsync(key, cancellationToken).ConfigureAwait(false);
            yield return new Admission.Admitted(session);
        }
        finally
        {
            Depart(ticket);
        }
    }

    public void Leave(LessonSessionKey key)
    {
        lock (_gate)
        {
            if (_queue.Find(t => t.Key == key) is not { } ticket) return;
            Remove(ticket);
            ticket.Show(new Admission.Left());
            LookLocked();
        }
    }

    public void Dispose()
    {
        _sessions.Ended -= OnEnded;
        _timer.Dispose();
    }

    private AdmissionTicket Arrive(LessonSessionKey key, bool first)
    {
        lock (_gate)
        {
            var ticket = _queue.Find(t => t.Key == key);
            if (ticket is null)
            {
                ticket = new AdmissionTicket(key, first, _time);
                var behind = first ? _queue.FindIndex(t => !t.First) : -1;
                _queue.Insert(behind < 0 ? _queue.Count : behind, ticket);
                LabsTelemetry.Waiting.Add(1);
            }
            ticket.Pages++;
            LookLocked();
            return ticket;
        }
    }

    private void Depart(AdmissionTicket ticket)
    {
        lock (_gate)
        {
            ticket.Pages--;
            ticket.AbsentSince = _time.GetUtcNow();
            if (_entering.TryGetValue(ticket.Key, out var pages))
            {
                if (pages > 1) _entering[ticket.Key] = pages - 1;
                else _entering.Remove(ticket.Key);
            }
            LookLocked();
        }
    }

    private void OnEnded()
    {
        lock (_gate)
        {
            _departures.Note();
            LookLocked();
        }
    }

    private void LookAround()
    {
        lock (_gate)
        {
            _isLooking = false;
            LookLocked();
        }
    }

    /// <summary>Lets in whom there is room for, and tells the others where they stand.</summary>
    private void LookLocked()
    {
        if (_queue.Count == 0) return;
        var now = _time.GetUtcNow();
        foreach (var gone in _queue.FindAll(t => t.Pages == 0 && now - t.AbsentSince >= _options.KeepPlace))
            Remove(gone);
        var room = int.MinValue;
        var waiting = new List<AdmissionTicket>();
        foreach (var ticket in _queue.ToList())
        {
            // A place that is kept stays where it is; meanwhile others go in.
            if (ticket.Pages == 0) waiting.Add(ticket);
            else if (_sessions.HasPlace(ticket.Key) || _entering.ContainsKey(ticket.Key)) LetIn(ticket);
            else if (OthersOf(ticket.Key) is { } others) ticket.Show(others);
            else
            {
                if (room == int.MinValue) room = Room(_sessions.Open);
                if (room-- > 0) Start(ticket, now);
                else waiting.Add(ticket);
            }
        }
        for (var i = 0; i < waiting.Count; i++)
        {
            var since = waiting[i].Since;
            waiting[i].Show(new Admission.Waiting(i + 1, waiting.Count, _departures.Estimate(i + 1), since));
        }
        if (_queue.Count == 0 || _isLooking) return;
        _isLooking = true;
        _timer.Change(s_lookEvery, Timeout.InfiniteTimeSpan);
    }

    private void Start(AdmissionTicket ticket, DateTimeOffset now)
    {
        if (_options.ReservedMebibytes > 0) _started.Enqueue(now);
        LetIn(ticket);
    }

    private void LetIn(AdmissionTicket ticket)
    {
        Remove(ticket);
        _entering[ticket.Key] = _entering.GetValueOrDefault(ticket.Key) + ticket.Pages;
        ticket.Show(new AdmissionTicket.Entering());
    }

    private void Remove(AdmissionTicket ticket)
    {
        if (_queue.Remove(ticket)) LabsTelemetry.Waiting.Add(-1);
    }

    /// <summary>The sessions of who has as many as one person may; null for who may have one more.</summary>
    private Admission.TooMany? OthersOf(LessonSessionKey key)
    {
        if (_options.SessionsPerPerson == 0) return null;
        var others = _sessions
            .OpenOf(key.LearnerId)
            .Union(_entering.Keys.Where(k => k.LearnerId == key.LearnerId))
            .ToList();
        return others.Count < _options.SessionsPerPerson
            ? null
            : new(_options.SessionsPerPerson, new([.. others]));
    }

    /// <summary>How many more may begin; below 0 when there are more than may be.</summary>
    private int Room(int open)
    {
        var entering = _entering.Keys.Count(k => !_sessions.HasPlace(k));
        var room = _options.Sessions > 0 ? _options.Sessions - open - entering : int.MaxValue;
        // Reading the machine's accounts is not free, and who does not limit memory need not.
        if (_options.ReservedMebibytes == 0 || room <= 0) return room;
        while (_started.TryPeek(out var first) && _time.GetUtcNow() - first > s_settling) _started.Dequeue();
        var state = Read();
        var free = state.MemoryAvailable - _options.ReservedMebibytes * Mebibyte;
        return (int)Math.Min(room, free / _footprint.Of(state, open).Bytes - _started.Count);
    }

    /// <summary>A class that comes in the same second is let in by one reading.</summary>
    private MachineState Read()
    {
        if (_state is null || _time.GetElapsedTime(_read) > s_readEvery)
            (_state, _read) = (_machine.Read(), _time.GetTimestamp());
        return _state;
    }
}
