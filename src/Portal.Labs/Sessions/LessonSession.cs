using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Portal.Clusters;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>One learner in one lesson, in this process.</summary>
internal sealed partial class LessonSession : ILessonSession, ICheckTrials, IAsyncDisposable
{
    private static readonly TimeSpan s_batch = TimeSpan.FromMilliseconds(100);

    private readonly LessonSessionFactory _factory;
    private readonly Live<SessionSnapshot> _live;
    private readonly SessionProgress _progress;
    private readonly RunQueue _queue;
    private readonly CommandRunner _runner;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _lifecycle = new(1);
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Grader? _grader;
    private SessionLab? _lab;
    private Task _summaries = Task.CompletedTask;
    private Task _start = Task.CompletedTask;
    private long _lastUsed;
    private int _watchers;

    public LessonSession(LessonSessionKey key, Lesson lesson, LessonSessionFactory factory)
    {
        Key = key;
        Lesson = lesson;
        _factory = factory;
        _runner = new CommandRunner(factory.Time);
        _lastUsed = factory.Time.GetTimestamp();
        _live = new(new SessionSnapshot { Cluster = new(factory.Options.DefaultProvider, ClusterPhase.Starting, null, factory.Time.GetUtcNow(), []) }, factory.Time);
        _progress = new SessionProgress(key, lesson, factory, _live);
        _queue = new RunQueue(ExecuteAsync, (active, waiting) => _live.Update(s => s with { ActiveBlockId = active?.Block.Id, Waiting = [.. waiting.Select(w => w.Block.Id)] }));
    }

    public LessonSessionKey Key { get; }
    public Lesson Lesson { get; }
    public SessionSnapshot Current => _live.Current;

    /// <summary>How long nobody has looked at this session and nothing has run in it.</summary>
    public TimeSpan Idle => Volatile.Read(ref _watchers) > 0 || _queue.IsBusy ? TimeSpan.Zero : _factory.Time.GetElapsedTime(Interlocked.Read(ref _lastUsed));

    /// <summary>Starts the cluster and the shell in the background.</summary>
    public void Start() => _start = Task.Run(() => StartAsync(_closing.Token));

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
            Touch();
        }
    }

    public Task RunAsync(string blockId, RunOptions options, CancellationToken cancellationToken)
    {
        Touch();
        var section = Lesson.Sections.FirstOrDefault(s => s.Blocks.Any(b => b.Id == blockId));
        var block = section?.Blocks.First(b => b.Id == blockId);
        var provider = Current.Cluster.Provider;
        if (section is null || block is null) throw new RunRefusedException($"There is no block '{blockId}' in this lesson. Reload the page.");
        if (!block.Runnable) throw new RunRefusedException("This block is not for running.");
        if (!block.RunsOn(provider)) throw new RunRefusedException($"This block is for {string.Join(" and ", block.On)}; this session uses {provider}.");
        if (Current.Workspace is { Phase: not WorkspacePhase.Ready } workspace)
        {
            throw new RunRefusedException(workspace.Message is { } message ? $"{message} {workspace.Remedy}" : "The workspace is still starting. Try again in a moment.");
        }
        _queue.Enqueue(new(Guid.NewGuid().ToString("n"), section, block, options.Command, options.Code));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Touch();
        return _queue.StopAsync();
    }

    public Task<ITerminalAttachment> AttachTerminalAsync(int columns, int rows, CancellationToken cancellationToken)
    {
        Touch();
        return _lab?.Workspace is { } workspace
            ? Task.FromResult(workspace.AttachTerminal(columns, rows))
            : throw new RunRefusedException("The workspace is still starting. Try again in a moment.");
    }

    public async Task CheckAsync(string? sectionId, CancellationToken cancellationToken)
    {
        Touch();
        await _loaded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_grader is not null) await _grader.CheckAsync(sectionId, cancellationToken).ConfigureAwait(false);
    }

    public async Task AnswerAsync(string checkId, string answer, CancellationToken cancellationToken)
    {
        Touch();
        await _loaded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (_grader is not null) await _grader.AnswerAsync(checkId, answer, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Verdict> TryCheckAsync(CheckDefinition check, string? answer, CancellationToken cancellationToken)
    {
        await _loaded.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        var verdict = _grader is null ? null : await _grader.TryAsync(check, answer, cancellationToken).ConfigureAwait(false);
        return verdict ?? throw new InvalidOperationException("There is no cluster to check.");
    }

    public async Task<string> GetKubernetesVersionAsync(CancellationToken cancellationToken)
    {
        var api = _lab?.Api ?? throw new InvalidOperationException("There is no cluster.");
        return (await api.GetAsync("version", cancellationToken).ConfigureAwait(false)).Find("gitVersion").Text()?.TrimStart('v') ?? "";
    }

    public GraderShell Shell => _lab?.Graded(_factory.WorkspaceDirectory(Key)).Shell ?? throw new InvalidOperationException("There is no cluster.");

    public Task StopJobAsync(int jobNumber, CancellationToken cancellationToken)
    {
        _lab?.Workspace?.StopJob(jobNumber);
        return Task.CompletedTask;
    }

    public string? GetObjectYaml(ClusterObjectKey key) =>
        _lab?.View.Current.Objects.GetValueOrDefault(key) is { } found ? ObjectYaml.Write(found.Json) : null;

    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        Touch();
        await _start.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _queue.StopAsync().ConfigureAwait(false);
        await _lifecycle.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _live.Update(s => s with { Cluster = s.Cluster with { Phase = ClusterPhase.Resetting, Since = _factory.Time.GetUtcNow(), Progress = [], Message = null, Remedy = null } });
            await DropLabAsync().ConfigureAwait(false);
            try
            {
                WorkspaceFiles.Clear(_factory.WorkspaceDirectory(Key));
                await _factory.Provider.ResetAsync(Key.Cluster, new Progress(this), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // The learner goes on with the cluster as it is, and reads why it was not reset.
                LogFailed(e, Key.LessonId);
                Report($"Not reset: {e.Message} {(e as ClusterUnavailableException)?.Remedy}".TrimEnd());
            }
            await OpenLabAsync(_closing.Token).ConfigureAwait(false);
        }
        finally
        {
            _lifecycle.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync().ConfigureAwait(false);
        await _start.ConfigureAwait(false);
        await _queue.StopAsync().ConfigureAwait(false);
        await DropLabAsync().ConfigureAwait(false);
        if (_grader is not null) await _grader.DisposeAsync().ConfigureAwait(false);
        _progress.Dispose();
        _live.Update(s => s with { Cluster = s.Cluster with { Phase = ClusterPhase.Gone, Since = _factory.Time.GetUtcNow() } });
        _live.Complete();
    }

    private void Touch() => Interlocked.Exchange(ref _lastUsed, _factory.Time.GetTimestamp());

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        await _lifecycle.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await _progress.LoadAsync(cancellationToken).ConfigureAwait(false);
            _grader = new Grader(Lesson, Current.Checks, _factory.Grader, _progress.PublishCheckAsync, _factory.Time);
            _loaded.TrySetResult();
            await OpenLabAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The session closes.
        }
        catch (Exception e)
        {
            LogFailed(e, Key.LessonId);
            Fail(e.Message, "Close the lesson and open it again; if that does not help, look at the portal's log.");
        }
        finally
        {
            _loaded.TrySetResult();
            _lifecycle.Release();
        }
    }

    private async Task OpenLabAsync(CancellationToken cancellationToken)
    {
        try
        {
            _live.Update(s => s with { Workspace = new(WorkspacePhase.Starting, null, null), Cluster = s.Cluster with { Message = null, Remedy = null } });
            var lab = _lab = await SessionLab.LeaseAsync(_factory, Key, new Progress(this), cancellationToken).ConfigureAwait(false);
            _live.Update(s => s with { Cluster = s.Cluster with { Provider = lab.Lease.Provider, Phase = ClusterPhase.Ready, Capabilities = lab.Lease.Capabilities, Since = _factory.Time.GetUtcNow() } });
            _summaries = Task.Run(() => SummariseAsync(lab.View), CancellationToken.None);
            await _grader!.AttachAsync(lab.Graded(_factory.WorkspaceDirectory(Key))).ConfigureAwait(false);
            await StartWorkspaceAsync(lab, cancellationToken).ConfigureAwait(false);
        }
        catch (ClusterUnavailableException e)
        {
            Fail(e.Message, e.Remedy);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(e, Key.LessonId);
            Fail($"The cluster could not be started: {e.Message}", "Reset the cluster to try again.");
        }
    }

    private async Task StartWorkspaceAsync(SessionLab lab, CancellationToken cancellationToken)
    {
        try
        {
            var workspace = await lab.StartWorkspaceAsync(_factory, Key, Lesson, cancellationToken).ConfigureAwait(false);
            workspace.JobsChanged += () => _live.Update(s => s with { Jobs = workspace.Jobs });
            _live.Update(s => s with { Jobs = workspace.Jobs, Workspace = new(WorkspacePhase.Ready, null, null) });
        }
        catch (WorkspaceException e)
        {
            LogFailed(e, Key.LessonId);
            _live.Update(s => s with { Workspace = new(WorkspacePhase.Failed, e.Message, e.Remedy) });
        }
    }

    private async Task DropLabAsync()
    {
        if (_grader is not null) await _grader.DetachAsync().ConfigureAwait(false);
        var lab = _lab;
        _lab = null;
        if (lab is not null) await lab.DisposeAsync().ConfigureAwait(false);
        await _summaries.ConfigureAwait(false);
    }

    private async Task SummariseAsync(ClusterView view)
    {
        await foreach (var snapshot in view.WatchAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var summary = ClusterSummaryBuilder.From(snapshot);
            _live.Update(s => s with { Summary = summary });
        }
    }

    private async Task ExecuteAsync(QueuedRun run, CancellationToken stop)
    {
        try
        {
            var commands = await CommandSplitter.SplitAsync(run.Code ?? run.Block.Code, CancellationToken.None).ConfigureAwait(false);
            var selected = commands.Select((text, index) => (index, text)).Where(c => run.Command is null || c.index == run.Command).ToImmutableArray();
            if (_lab?.Workspace is not { } workspace) return;
            if (run.Section.Kind == SectionKind.Cleanup) _grader?.KeepPasses();
            var request = new RunRequest(run.RunId, run.Block.Id, selected, run.Block.Timeout ?? _factory.Options.CommandTimeout, run.Block.ContinueOnError, Edited: run.Code is not null);
            var finished = await _runner.RunAsync(workspace, request, ShowRunning, stop).ConfigureAwait(false);
            await _progress.PublishRunAsync(run, finished, wholeBlock: run.Command is null && run.Code is null).ConfigureAwait(false);
            // What a block has reached counts even when the next one, which may wait already, changes it at once.
            if (_grader is not null) await _grader.GradeAsync(run.Section, stop).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The run is over, whatever happened; the next one must not wait for it.
            LogFailed(e, Key.LessonId);
            _progress.ShowRun(new RunSnapshot { RunId = run.RunId, BlockId = run.Block.Id, Phase = RunPhase.Failed, Commands = [new() { Index = 0, Text = run.Block.Code, Phase = RunPhase.Failed, Output = e.Message }] });
        }
    }

    /// <summary>A finished run is shown only after it was recorded.</summary>
    private void ShowRunning(RunSnapshot run)
    {
        if (run.Phase == RunPhase.Running) _progress.ShowRun(run);
    }

    private void Report(string line) => _live.Update(s => s with { Cluster = s.Cluster with { Progress = s.Cluster.Progress.Add(line) } });

    private void Fail(string message, string remedy) => _live.Update(s => s with
    {
        Cluster = s.Cluster with { Phase = ClusterPhase.Failed, Since = _factory.Time.GetUtcNow(), Message = message, Remedy = remedy },
        Workspace = new(WorkspacePhase.Failed, "There is no cluster.", remedy),
    });

    [LoggerMessage(Level = LogLevel.Error, Message = "A session of lesson {Lesson} met an error.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string lesson);

    private void LogFailed(Exception exception, string lesson) => LogFailed(_factory.Logger, exception, lesson);

    /// <summary>Reports in order and on the caller's thread, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Progress(LessonSession session) : IProgress<string>
    {
        public void Report(string value) => session.Report(value);
    }
}
