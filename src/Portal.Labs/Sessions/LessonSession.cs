using System.Collections.Immutable;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Portal.Clusters;
using Portal.Clusters.Api;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// One learner in one lesson, in this process: what can be asked of it. What changes it goes through its mailbox.
/// </summary>
internal sealed partial class LessonSession : ILessonSession, ICheckTrials, IAsyncDisposable
{
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(100);

    /// <summary>For a run to end by itself after it was stopped; after that its shell goes.</summary>
    private static readonly TimeSpan s_stopLimit = TimeSpan.FromSeconds(15);

    private readonly LessonSessionFactory _factory;
    private readonly Live<SessionSnapshot> _live;
    private readonly SessionProgress _progress;
    private readonly SessionLifecycle _lifecycle;
    private readonly SessionRunner _runner;
    private readonly SessionRuns _runs;
    private readonly SessionMailbox _mailbox;
    private readonly SessionGuests _guests;
    private readonly SessionDeadline _deadline;
    private readonly SessionTraffic _traffic;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task? _close;
    private long _lastUsed;
    private int _watchers;

    /// <summary>Runs that are asked for and neither accepted nor refused.</summary>
    private int _asked;

    public LessonSession(LessonSessionKey key, Lesson lesson, LessonSessionFactory factory)
    {
        LabsTelemetry.Sessions.Add(1);
        Key = key;
        WorkspaceId = ClusterNames.Digest(key.Cluster);
        Lesson = lesson;
        _factory = factory;
        _lastUsed = factory.Time.GetTimestamp();
        _live = new(new SessionSnapshot { Cluster = new(factory.Options.DefaultProvider, ClusterPhase.Starting, null, factory.Time.GetUtcNow(), []) }, factory.Time);
        _guests = new SessionGuests(_live, people => factory.Activities.Meet(key, people));
        var guarded = factory.Guard(LessonSessionFactory.OwnerOf(key));
        var troubles = new SessionTroubles(_live, factory.Time);
        _progress = new SessionProgress(key, lesson, factory, _live, troubles);
        _deadline = new SessionDeadline(_live, guarded, factory.Time, () => factory.Expired(key));
        _lifecycle = new SessionLifecycle(key, lesson, factory, _live, _progress, troubles, guarded)
        {
            Deadline = _deadline,
        };
        _runner = new SessionRunner(key, factory, _lifecycle, _progress, _live, guarded);
        _runs = new SessionRuns(_runner.ExecuteAsync, _runner.Ended, ShowRuns, guarded);
        _traffic = new SessionTraffic(() => _lifecycle.Lab, _live, guarded, factory.Time, _closing.Token);
        _mailbox = new SessionMailbox(_runs, guarded, factory.Logger, _closing.Token);
        _lifecycle.Tell = _mailbox.Tell;
    }

    public LessonSessionKey Key { get; }
    public string WorkspaceId { get; }
    public Lesson Lesson { get; }
    public SessionSnapshot Current => _live.Current;

    /// <summary>How long nobody has looked at this session and nothing has run in it, or waited to be saved.</summary>
    public TimeSpan Idle => IsWatched || Current.ActiveBlockId is not null || _progress.IsUnsaved
        ? TimeSpan.Zero
        : _factory.Time.GetElapsedTime(Interlocked.Read(ref _lastUsed));

    public bool IsWatched => Volatile.Read(ref _watchers) > 0;
    public GraderShell Shell =>
        _lifecycle.Lab?.Graded(_factory.WorkspaceDirectory(Key)).Shell
        ?? throw new InvalidOperationException("There is no cluster.");

    /// <summary>Starts the cluster and the shell in the background.</summary>
    public void Start() => _ = _mailbox.PostAsync("open", () => _lifecycle.OpenAsync(_closing.Token));

    public async IAsyncEnumerable<SessionSnapshot> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _watchers);
        try
        {
            await foreach (var snapshot in _live.WatchAsync(s_batch, cancellationToken).ConfigureAwait(false)) yield return snapshot;
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
            Use();
        }
    }

    public Task RunAsync(string blockId, RunOptions options, CancellationToken cancellationToken)
    {
        Touch();
        var section = Lesson.Sections.FirstOrDefault(s => s.Blocks.Any(b => b.Id == blockId));
        var block = section?.Blocks.First(b => b.Id == blockId);
        if (section is null || block is null) throw new RunRefusedException($"There is no block '{blockId}' in this lesson. Reload the page.");
        return RunAsync(section, block, options, cancellationToken);
    }

    private Task RunAsync(Section section, Block block, RunOptions options, CancellationToken cancellationToken)
    {
        if (_factory.IsDraining)
            throw new RunRefusedException("The portal restarts in a moment. Run this when the page is back.");
        RefuseWhenNotPossible(block);
        if (options.Preview && !BlockPreview.IsPossible(options.Code ?? block.Code))
            throw new RunRefusedException(
                "Nothing here changes the cluster by kubectl, so there is nothing to try first."
            );
        var run = new QueuedRun(Guid.NewGuid().ToString("n"), section, block, options);
        Interlocked.Increment(ref _asked);
        try
        {
            return _mailbox.PostAsync("run", () => Accept(run)).WaitAsync(cancellationToken);
        }
        catch (RunRefusedException)
        {
            Interlocked.Decrement(ref _asked);
            throw;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Touch();
        // Not behind a reset, which may take its time, when there is nothing to stop.
        if (Volatile.Read(ref _asked) == 0 && Current is { ActiveBlockId: null, Waiting.IsEmpty: true }) return;
        _progress.Hurry();
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _mailbox.PostAsync("stop", () =>
        {
            _runs.Stop(stopped);
            return Task.CompletedTask;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
        await stopped.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task CheckAsync(string? sectionId, CancellationToken cancellationToken)
    {
        Touch();
        await _lifecycle.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_lifecycle.Grader is { } grader)
            await grader.CheckAsync(sectionId, cancellationToken).ConfigureAwait(false);
    }

    public async Task AnswerAsync(string checkId, string answer, CancellationToken cancellationToken)
    {
        Touch();
        await _lifecycle.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_lifecycle.Grader is { } grader)
            await grader.AnswerAsync(checkId, answer, cancellationToken).ConfigureAwait(false);
    }

    public async Task PredictAsync(string predictionId, string choice, CancellationToken cancellationToken)
    {
        Touch();
        await _lifecycle.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
        var section = Lesson.Sections.FirstOrDefault(s => s.Predictions.Any(p => p.Id == predictionId));
        if (section?.Predictions.First(p => p.Id == predictionId).TextOf(choice) is null)
            throw new RunRefusedException("This is no choice of the lesson. Reload the page.");
        await _progress.PublishPredictionAsync(section, predictionId, choice, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Verdict> TryCheckAsync(CheckDefinition check, string? answer, CancellationToken cancellationToken)
    {
        await _lifecycle.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
        var verdict = _lifecycle.Grader is { } grader
            ? await grader.TryAsync(check, answer, cancellationToken).ConfigureAwait(false)
            : null;
        return verdict ?? throw new InvalidOperationException("There is no cluster to check.");
    }

    public async Task<string> GetKubernetesVersionAsync(CancellationToken cancellationToken)
    {
        var api = _lifecycle.Lab?.Api ?? throw new InvalidOperationException("There is no cluster.");
        return (await api.GetAsync("version", cancellationToken).ConfigureAwait(false)).Find("gitVersion").Text()?.TrimStart('v') ?? "";
    }

    public async Task<Stream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        Touch();
        if (_lifecycle.Lab?.Workspace is not { } workspace) throw new IOException("The workspace is not there.");
        try
        {
            return new NetworkStream(
                await workspace.ConnectAsync(port, cancellationToken).ConfigureAwait(false),
                ownsSocket: true
            );
        }
        catch (SocketException e)
        {
            throw new IOException($"Nothing answers on port {port} of the workspace.", e);
        }
    }

    public Task StopJobAsync(int jobNumber, CancellationToken cancellationToken)
    {
        _lifecycle.Lab?.Workspace?.StopJob(jobNumber);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Ends the session: what is under way is cancelled, what waits is refused. Completes when all of it has ended.
    /// </summary>
    /// <param name="delete">Whether cluster and workspace are deleted too; a later call does not change it.</param>
    /// <exception cref="Clusters.ClusterUnavailableException">The cluster could not be deleted; the session has ended
    /// nevertheless.</exception>
    public Task CloseAsync(bool delete)
    {
        lock (_gate) return _close ??= CloseOnceAsync(delete);
    }

    public ValueTask DisposeAsync() => new(CloseAsync(delete: false));

    /// <summary>
    /// Notes on disk that the workspace is in use; a message like any other, so never after the workspace was
    /// deleted.
    /// </summary>
    public void TouchRecord() => _mailbox.Tell("touch", _lifecycle.Touch);

    private async Task CloseOnceAsync(bool delete)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // out of the lock
        await _closing.CancelAsync().ConfigureAwait(false);
        _deadline.Dispose();
        _progress.Hurry();
        try
        {
            await _mailbox.CloseAsync("close", async () =>
            {
                await _runs.StopAsync(s_stopLimit, _factory.Time).ConfigureAwait(false);
                await _traffic.StopAsync().ConfigureAwait(false);
                await _lifecycle.CloseAsync(delete).ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        finally
        {
            _factory.Activities.Remove(Key);
            LabsTelemetry.Sessions.Add(-1);
        }
    }

    /// <summary>The learner did something.</summary>
    private void Touch()
    {
        Use();
        if (!_closing.IsCancellationRequested) _factory.Activities.Touch(Key);
    }

    private void Use() => Interlocked.Exchange(ref _lastUsed, _factory.Time.GetTimestamp());

    private Task Accept(QueuedRun run)
    {
        try
        {
            // A reset may have come first.
            RefuseWhenNotPossible(run.Block);
            _runs.Enqueue(run);
        }
        finally
        {
            Interlocked.Decrement(ref _asked);
        }
        return Task.CompletedTask;
    }

    private void RefuseWhenNotPossible(Block block)
    {
        var (provider, workspace) = (Current.Cluster.Provider, Current.Workspace);
        if (!block.Runnable)
            throw new RunRefusedException("This block is not for running.");
        if (!block.RunsOn(provider))
            throw new RunRefusedException(
                $"This block is for {string.Join(" and ", block.On)}; this session uses {provider}."
            );
        if (workspace.Phase != WorkspacePhase.Ready)
        {
            throw new RunRefusedException(
                workspace.Message is { } message
                    ? $"{message} {workspace.Remedy}"
                    : "The workspace is still starting. Try again in a moment."
            );
        }
    }

    private void ShowRuns(QueuedRun? active, ImmutableArray<QueuedRun> waiting) =>
        _live.Update(s => s with { ActiveBlockId = active?.Block.Id, Waiting = [.. waiting.Select(w => w.Block.Id)] });
}
