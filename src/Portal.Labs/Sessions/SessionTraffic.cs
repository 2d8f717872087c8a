using Portal.Labs.Grading.Probes;
using Portal.Labs.Traffic;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>Sends a learner's requests through the mesh, one order at a time. Thread-safe.</summary>
internal sealed class SessionTraffic(
    Func<SessionLab?> lab,
    Live<SessionSnapshot> live,
    Guarded guarded,
    TimeProvider time,
    CancellationToken closing
)
{
    private const int Concurrency = 4;

    /// <summary>For one answer: a little more than curl's own limit in a pod.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private CancellationTokenSource? _sending;
    private Task _ended = Task.CompletedTask;

    /// <exception cref="RunRefusedException">The order cannot be sent, or another is.</exception>
    public void Start(TrafficOrder order)
    {
        order = order.Checked();
        if (lab() is not { } here)
            throw new RunRefusedException("The cluster is still starting. Try again in a moment.");
        var source =
            TrafficSource.Create(
                here.View.Current,
                here.Api,
                here.Lease.Capabilities.RequestTimeHeader,
                order,
                container: null,
                time,
                out var problem
            )
            ?? throw new RunRefusedException(
                $"Nothing was sent: there is {problem}. Choose another, or wait for it."
            );
        lock (_gate)
        {
            if (!_ended.IsCompleted)
                throw new RunRefusedException("Requests are being sent already. Stop them, or wait for their end.");
            var sending = _sending = CancellationTokenSource.CreateLinkedTokenSource(closing);
            var run = new TrafficRun(Guid.NewGuid().ToString("n"), order, source.Where, TrafficPhase.Sending, []);
            live.Update(s => s with { Traffic = run });
            _ended = guarded.Start("traffic", () => SendAsync(run, source, sending.Token), () => End(run.Id, sending));
        }
    }

    /// <summary>Completes when nothing is under way.</summary>
    public async Task StopAsync()
    {
        Task ended;
        lock (_gate)
        {
            // What has ended has disposed it.
            if (!_ended.IsCompleted) _sending?.Cancel();
            ended = _ended;
        }
        await ended.ConfigureAwait(false);
    }

    /// <summary>The cluster that was asked is going.</summary>
    public async Task ForgetAsync()
    {
        await StopAsync().ConfigureAwait(false);
        live.Update(s => s.Traffic is null ? s : s with { Traffic = null });
    }

    private async Task SendAsync(TrafficRun run, TrafficSource source, CancellationToken cancellationToken)
    {
        await Parallel
            .ForAsync(
                1,
                run.Order.Count + 1,
                new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
                async (number, token) =>
                {
                    var answer = await AskAsync(source, token).ConfigureAwait(false);
                    var reply = ReplyReader.Read(number, answer, live.Current.Summary.Pods);
                    Update(run.Id, r => r with { Replies = r.Replies.Add(reply) });
                }
            )
            .ConfigureAwait(false);
        Update(run.Id, r => r with { Phase = TrafficPhase.Done });
    }

    private async Task<TrafficAnswer> AskAsync(TrafficSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await new Patience(time)
                .RunAsync(source.SendAsync, s_limit, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return TrafficAnswer.None($"no answer within {s_limit.TotalSeconds:0} s");
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return TrafficAnswer.None(e.Message);
        }
    }

    /// <summary>Whatever ended it.</summary>
    private void End(string id, CancellationTokenSource sending)
    {
        Update(
            id,
            r => r.Phase != TrafficPhase.Sending ? r
                : sending.IsCancellationRequested ? r with { Phase = TrafficPhase.Stopped }
                : r with
                {
                    Phase = TrafficPhase.Failed,
                    Message = "The portal could not go on sending. Send them again.",
                }
        );
        lock (_gate)
        {
            if (_sending == sending) _sending = null;
            sending.Dispose();
        }
    }

    private void Update(string id, Func<TrafficRun, TrafficRun> change) =>
        live.Update(s => s.Traffic is { } run && run.Id == id ? s with { Traffic = change(run) } : s);
}
