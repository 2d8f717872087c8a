using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Portal.Clusters;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Labs.Traffic;
using Portal.Shared;

namespace Portal.Testing.Lessons;

/// <summary>A session whose snapshots a test pushes, and that writes down what it was asked to do.</summary>
public sealed partial class FakeLessonSession : ILessonSession
{
    private readonly Live<SessionSnapshot> _live;

    public FakeLessonSession(LessonSessionKey key, Lesson lesson)
    {
        Key = key;
        Lesson = lesson;
        _live = new Live<SessionSnapshot>(Ready(lesson), TimeProvider.System);
    }

    public LessonSessionKey Key { get; }
    public Lesson Lesson { get; }
    public SessionSnapshot Current => _live.Current;

    public ConcurrentQueue<(string BlockId, RunOptions Options)> Runs { get; } = new();
    public ConcurrentQueue<string> Calls { get; } = new();
    public Channel<ReadOnlyMemory<byte>> TerminalOutput { get; } = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
    public Channel<ReadOnlyMemory<byte>> TerminalInput { get; } = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();

    public TerminalSize TerminalSize { get; set; } = new(80, 24);

    /// <summary>Whether the terminal takes no more input.</summary>
    public bool TerminalFull { get; set; }

    /// <summary>Message of the refusal that the next run gets, or null.</summary>
    public string? Refuse { get; set; }

    /// <summary>What an object is; a test changes it by writing it again. Others are gone.</summary>
    public ConcurrentDictionary<ClusterObjectKey, ObjectDetail> Objects { get; } = new();

    /// <summary>The logs, by pod and container; what is not here ends at once.</summary>
    public ConcurrentDictionary<string, Channel<ImmutableArray<string>>> Logs { get; } = new(StringComparer.Ordinal);

    /// <summary>Logs that are read now.</summary>
    public int OpenLogs => _openLogs;
    private readonly Live<object> _objects = new(new object(), TimeProvider.System);
    private int _openLogs;

    /// <summary>A cluster and a shell that are ready, nothing done yet.</summary>
    public static SessionSnapshot Ready(Lesson lesson) => new()
    {
        Cluster = new ClusterStatus("sandbox", ClusterPhase.Ready, new ClusterCapabilities(Simulated: true, Mesh: true, Checkpoints: true), DateTimeOffset.UnixEpoch, []),
        Workspace = new WorkspaceStatus(WorkspacePhase.Ready, null, null),
        Summary = ClusterSummary.Empty with { Synced = true },
        Checks = lesson.Checks.ToImmutableDictionary(c => c.Id, c => new CheckState(c.Id, CheckPhase.NotYet)),
        Sections = lesson.Sections.Where(s => s.Kind is SectionKind.Step or SectionKind.Exercise).ToImmutableDictionary(s => s.Id, s => new SectionProgress(s.Id, SectionPhase.NotStarted, null)),
        PointsTotal = lesson.Checks.Sum(c => c.Points),
    };

    public void Push(Func<SessionSnapshot, SessionSnapshot> change) => _live.Update(change);

    public void End() => _live.Complete();

    public IAsyncEnumerable<SessionSnapshot> WatchAsync(CancellationToken cancellationToken) => _live.WatchAsync(TimeSpan.Zero, cancellationToken);

    public Task RunAsync(string blockId, RunOptions options, CancellationToken cancellationToken)
    {
        if (Refuse is { } message) throw new RunRefusedException(message);
        Runs.Enqueue((blockId, options));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Note("stop");
    public Task CheckAsync(string? sectionId, CancellationToken cancellationToken) => Note($"check {sectionId}");
    public Task AnswerAsync(string checkId, string answer, CancellationToken cancellationToken) => Note($"answer {checkId} {answer}");
    public string WorkspaceId { get; } = Guid.NewGuid().ToString("N")[..20];

    /// <summary>Where a port of the workspace leads to; nothing listens on the others.</summary>
    public Dictionary<int, IPEndPoint> Listening { get; } = [];

    public async Task<Stream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        if (!Listening.TryGetValue(port, out var there)) throw new IOException("Nothing listens.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(there, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public Task StopJobAsync(int jobNumber, CancellationToken cancellationToken) => Note($"stop job {jobNumber}");
    public Task ResetAsync(CancellationToken cancellationToken) => Note("reset");

    public Task ResetAsync(string? by, CancellationToken cancellationToken)
    {
        Show(InterventionKind.Reset, by, null);
        return Note("reset");
    }

    public Task RewindAsync(string sectionId, string? by, CancellationToken cancellationToken)
    {
        if (!Current.Checkpoints.Contains(sectionId)) throw new RunRefusedException("Nothing of that step was run.");
        Show(InterventionKind.Rewound, by, sectionId);
        return Note($"rewind {sectionId}");
    }

    public Task<IAsyncDisposable> EnterAsync(SessionPerson person, CancellationToken cancellationToken)
    {
        Push(s => s with { People = [.. s.People.Where(p => p.Id != person.Id), person] });
        return Task.FromResult<IAsyncDisposable>(new Visit(this, person));
    }

    private sealed class Visit(FakeLessonSession session, SessionPerson person) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            session.Push(s => s with { People = s.People.RemoveAll(p => p.Id == person.Id) });
            return ValueTask.CompletedTask;
        }
    }

    public Task ExtendAsync(DateTimeOffset endsAt, string by, CancellationToken cancellationToken)
    {
        Push(s => s with { EndsAt = endsAt, EndsSoon = false });
        Show(InterventionKind.Extended, by, null);
        return Note($"extend {endsAt:HH:mm}");
    }

    public Task AcknowledgeAsync(CancellationToken cancellationToken)
    {
        Push(s => s with { Intervention = null });
        return Note("acknowledge");
    }

    private void Show(InterventionKind kind, string? by, string? sectionId) =>
        Push(s => s with { Intervention = by is null ? null : new(kind, by, sectionId, DateTimeOffset.UnixEpoch) });

    /// <summary>Orders that were sent; a test pushes the answers.</summary>
    public ConcurrentQueue<TrafficOrder> Orders { get; } = new();

    public Task SendAsync(TrafficOrder order, CancellationToken cancellationToken)
    {
        if (Refuse is { } message) throw new RunRefusedException(message);
        Orders.Enqueue(order.Checked());
        return Task.CompletedTask;
    }

    public Task StopSendingAsync(CancellationToken cancellationToken) => Note("stop sending");

    /// <summary>What Prometheus has seen.</summary>
    public MeshTraffic Measured { get; set; } = MeshTraffic.NotInstalled;

    public Task<MeshTraffic> ReadTrafficAsync(CancellationToken cancellationToken)
    {
        Calls.Enqueue("read traffic");
        return Task.FromResult(Measured);
    }

    /// <summary>What Prometheus has counted.</summary>
    public ServiceNumbers Numbers { get; set; } = ServiceNumbers.NotInstalled;

    public Task<ServiceNumbers> ReadServiceNumbersAsync(CancellationToken cancellationToken) =>
        Task.FromResult(Numbers);

    /// <summary>What Jaeger has, whatever service is asked for.</summary>
    public TraceList Traces { get; set; } = TraceList.NotInstalled;

    public Task<TraceList> ReadTracesAsync(string? service, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"read traces {service}");
        return Task.FromResult(Traces with { Service = service ?? Traces.Service });
    }

    /// <summary>What is answered to questions about routes.</summary>
    public RouteExplanation? Explanation { get; set; }
    public ConcurrentQueue<RouteQuestion> Questions { get; } = new();

    public RouteExplanation? ExplainRoute(RouteQuestion question)
    {
        Questions.Enqueue(question);
        return Explanation;
    }

    public void Put(ObjectDetail detail)
    {
        Objects[detail.Description!.Key] = detail;
        _objects.Update(_ => new object());
    }

    public async IAsyncEnumerable<ObjectDetail> WatchObjectAsync(
        ClusterObjectKey key,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ObjectDetail? last = null;
        await foreach (var _ in _objects.WatchAsync(TimeSpan.Zero, cancellationToken))
        {
            var now = Objects.GetValueOrDefault(key) ?? new ObjectDetail(null, "", null, Gone: true);
            if (now != last) yield return last = now;
        }
    }

    public Task<string?> ReadObjectYamlAsync(ClusterObjectKey key, CancellationToken cancellationToken)
    {
        Calls.Enqueue($"read {key.Kind} {key.Name}");
        return Task.FromResult(Objects.TryGetValue(key, out var detail) ? detail.Yaml + "status: {}\n" : null);
    }

    public async IAsyncEnumerable<ImmutableArray<string>> ReadLogAsync(
        PodLogQuery query,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await Note($"log {query}");
        if (!Logs.TryGetValue($"{query.Pod}/{query.Container}", out var log))
            throw new ClusterApiException(
                HttpStatusCode.BadRequest,
                $"container {query.Container} is waiting to start"
            );
        Interlocked.Increment(ref _openLogs);
        try
        {
            await foreach (var lines in log.Reader.ReadAllAsync(cancellationToken)) yield return lines;
        }
        finally
        {
            Interlocked.Decrement(ref _openLogs);
        }
    }

    public Task<ITerminalAttachment> AttachTerminalAsync(int columns, int rows, CancellationToken cancellationToken) =>
        Task.FromResult<ITerminalAttachment>(new Attachment(this));

    public Task<ITerminalAttachment> AttachGuestAsync(string guestId, CancellationToken cancellationToken)
    {
        Note($"attach {guestId}");
        return Task.FromResult<ITerminalAttachment>(new Attachment(this, guestId));
    }

    public Task AskToTypeAsync(string guestId, string name, CancellationToken cancellationToken)
    {
        Push(s => s with { Guests = [.. s.Guests.Where(g => g.Id != guestId), new(guestId, name, false)] });
        return Note($"ask {guestId}");
    }

    public Task AllowGuestAsync(string guestId, CancellationToken cancellationToken)
    {
        Push(s => s with { Guests = [.. s.Guests.Select(g => g.Id == guestId ? g with { MayType = true } : g)] });
        return Note($"allow {guestId}");
    }

    public Task EndGuestAsync(string guestId, CancellationToken cancellationToken)
    {
        Push(s => s with { Guests = s.Guests.RemoveAll(g => g.Id == guestId) });
        return Note($"end {guestId}");
    }

    private Task Note(string call)
    {
        Calls.Enqueue(call);
        return Task.CompletedTask;
    }

    private sealed class Attachment(FakeLessonSession session, string? guestId = null) : ITerminalAttachment
    {
        public TerminalSize Size => session.TerminalSize;
        public IAsyncEnumerable<ReadOnlyMemory<byte>> Output => session.TerminalOutput.Reader.ReadAllAsync();
        public async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
        {
            if (session.TerminalFull) return false;
            if (guestId is not null && !session.Current.Guests.Any(g => g.Id == guestId && g.MayType))
                throw new RunRefusedException("You can look on. Ask to join in before you type.");
            await session.TerminalInput.Writer.WriteAsync(input, cancellationToken);
            return true;
        }

        public ValueTask ResizeAsync(int columns, int rows, CancellationToken cancellationToken) => ValueTask.CompletedTask;
        public async ValueTask DisposeAsync()
        {
            if (guestId is not null) await session.EndGuestAsync(guestId, CancellationToken.None);
        }
    }
}
