using Portal.Clusters;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Shell;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>
/// Opens, resets and closes what a session works with. Every method is one message of the session's loop, so none
/// begins before the one before it has ended: nothing is leased after the close.
/// </summary>
internal sealed partial class SessionLifecycle(
    LessonSessionKey key,
    Lesson lesson,
    LessonSessionFactory factory,
    Live<SessionSnapshot> live,
    SessionProgress progress,
    SessionTroubles troubles,
    Guarded guarded
)
{
    private readonly TaskCompletionSource _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SessionWorkspace _workspace = new(key, lesson, factory, live, troubles);
    private CancellationTokenSource _summarising = new();
    private Task _summaries = Task.CompletedTask;
    private volatile Grader? _grader;
    private volatile SessionLab? _lab;

    /// <summary>Completes when progress is loaded and there is a grader, or the session has closed before.</summary>
    public Task Loaded => _loaded.Task;
    public Grader? Grader => _grader;
    public SessionLab? Lab => _lab;

    /// <summary>What the steps have changed; it outlives a lab.</summary>
    public SessionChanges Changes { get; } = new(factory.Time);

    /// <summary>Leaves a message for the loop.</summary>
    public Action<string, Action> Tell { get; set; } = (_, _) => { };

    public required SessionDeadline Deadline { get; init; }

    private string Directory => factory.WorkspaceDirectory(key);
    private DateTimeOffset Now => factory.Time.GetUtcNow();

    /// <summary>Loads progress, for as long as that takes, then leases the cluster and starts the shell.</summary>
    public Task OpenAsync(CancellationToken closing)
    {
        Log.SessionOpened(factory.Logger, key.CourseId, key.LessonId, key.LearnerId);
        return OpenLabAsync(closing);
    }

    /// <summary>
    /// Resets cluster and workspace. When the cluster cannot be reset the learner goes on with it as it is, and reads
    /// why.
    /// </summary>
    public async Task ResetAsync(CancellationToken closing)
    {
        ShowResetting([]);
        await DropLabAsync().ConfigureAwait(false);
        try
        {
            WorkspaceFiles.Clear(Directory);
            await factory
                .Provider.ResetAsync(key.Cluster, new Progress(this), closing)
                .WaitAsync(closing)
                .ConfigureAwait(false);
            KeepChanges([]);
        }
        catch (Exception e) when (!closing.IsCancellationRequested)
        {
            Log.ClusterNotReset(factory.Logger, e, key.CourseId, key.LessonId);
            Report($"Not reset: {Words(e)} {(e as ClusterUnavailableException)?.Remedy}".TrimEnd());
        }
        await OpenLabAsync(closing).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends every part, each whatever the others do, and then deletes cluster and workspace if that is wanted.
    /// </summary>
    /// <exception cref="ClusterUnavailableException">The cluster could not be deleted; everything else has
    /// ended.</exception>
    public async Task CloseAsync(bool delete)
    {
        var ending = new Ending(factory.Time);
        _loaded.TrySetResult();
        if (delete)
            live.Update(s =>
                s with
                {
                    Cluster = s.Cluster with
                    {
                        Phase = ClusterPhase.Deleting,
                        Since = Now,
                        Progress = [],
                        Message = null,
                        Remedy = null,
                    },
                }
            );
        if (!delete && _lab is { } lab) ending.Part("nap", () => lab.Nap(factory));
        await EndLabAsync(ending).ConfigureAwait(false);
        if (_grader is { } grader) await ending.PartAsync("grader", grader.DisposeAsync).ConfigureAwait(false);
        await ending.PartAsync("progress", () => new(progress.CloseAsync())).ConfigureAwait(false);
        Report(ending);
        var deleted = false;
        try
        {
            if (delete)
                await WorkspaceDeletion
                    .DeleteAsync(factory, key, factory.Provider.Name, CancellationToken.None)
                    .ConfigureAwait(false);
            deleted = delete;
        }
        finally
        {
            live.Update(s =>
                s with
                {
                    Cluster = s.Cluster with
                    {
                        Phase = deleted ? ClusterPhase.Deleted : ClusterPhase.Gone,
                        Since = Now,
                    },
                }
            );
            live.Complete();
            Log.SessionClosed(factory.Logger, key.CourseId, key.LessonId, key.LearnerId);
        }
    }

    /// <summary>Notes that the workspace is in use, for whoever deletes what is not.</summary>
    public void Touch()
    {
        try
        {
            WorkspaceRecord.Touch(Directory, key, factory.Provider.Name, Now);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.LastUseNotKept(factory.Logger, e, key.CourseId, key.LessonId);
        }
    }

    private async Task<Grader> LoadAsync(CancellationToken closing)
    {
        await guarded
            .Keep(
                "load progress",
                async c =>
                {
                    await progress.LoadAsync(c).ConfigureAwait(false);
                    Deadline.Set(await factory.Limits.BeginAsync(key, c).ConfigureAwait(false));
                },
                closing,
                _ => troubles.Begin(TroubleKind.Loading)
            )
            .ConfigureAwait(false);
        closing.ThrowIfCancellationRequested();
        troubles.End(TroubleKind.Loading);
        var grader = _grader = new Grader(
            lesson,
            live.Current.Checks,
            factory.Grader,
            progress.PublishCheckAsync,
            () => live.Current.Changes.SectionId,
            ShowGrading,
            guarded,
            factory.Time
        );
        _loaded.TrySetResult();
        return grader;
    }

    private void ShowGrading(bool late)
    {
        if (late) troubles.Begin(TroubleKind.Grading);
        else troubles.End(TroubleKind.Grading);
    }

    private async Task OpenLabAsync(CancellationToken closing)
    {
        try
        {
            var grader = _grader ?? await LoadAsync(closing).ConfigureAwait(false);
            live.Update(s =>
                s with
                {
                    Workspace = new(WorkspacePhase.Starting, null, null),
                    Cluster = s.Cluster with { Message = null, Remedy = null },
                }
            );
            // Before there is a cluster: one that outlives a crash has to be found again.
            Touch();
            var lab = _lab = await SessionLab
                .LeaseAsync(factory, key, new Progress(this), closing)
                .ConfigureAwait(false);
            live.Update(s =>
                s with
                {
                    Cluster = s.Cluster with
                    {
                        Provider = lab.Lease.Provider,
                        Phase = ClusterPhase.Ready,
                        Capabilities = lab.Lease.Capabilities,
                        Past = lab.Lease.Past,
                        Since = Now,
                    },
                    Checkpoints = [.. lab.Lease.Checkpoints?.Names ?? []],
                }
            );
            Changes.Attach(lab.View);
            _summarising = new CancellationTokenSource();
            _summaries = guarded.Keep(
                "cluster summary",
                c => SummariseAsync(lab.View, c),
                _summarising.Token,
                _ => troubles.Begin(TroubleKind.Summary)
            );
            await grader.AttachAsync(lab.Graded(Directory)).ConfigureAwait(false);
            await _workspace
                .StartAsync(lab, Tell, () => ReferenceEquals(_lab, lab), closing)
               .ConfigureAwait(false);
        }
        catch (ClusterUnavailableException e)
        {
            Fail(e.Message, e.Remedy);
        }
        catch (Exception e) when (!closing.IsCancellationRequested)
        {
            Log.ClusterNotStarted(factory.Logger, e, key.CourseId, key.LessonId);
            Fail(
                "The cluster could not be started: something in the portal failed.",
                "Reset the cluster to try again; if that does not help, look at the portal's log."
            );
        }
    }

    private async Task DropLabAsync()
    {
        var ending = new Ending(factory.Time);
        await EndLabAsync(ending).ConfigureAwait(false);
        Report(ending);
    }

    private async Task EndLabAsync(Ending ending)
    {
        if (_grader is { } grader)
            await ending.PartAsync("grading", () => new(grader.DetachAsync())).ConfigureAwait(false);
        var lab = _lab;
        _lab = null;
        troubles.End(TroubleKind.HomeFull);
        await ending.PartAsync("cluster summary", async () =>
        {
            await _summarising.CancelAsync().ConfigureAwait(false);
            await _summaries.ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (lab is not null) await lab.EndAsync(ending).ConfigureAwait(false);
    }

    private async Task SummariseAsync(ClusterView view, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in view.WatchAsync(cancellationToken).ConfigureAwait(false))
        {
            var (summary, changes) = (ClusterSummaryBuilder.From(snapshot), Changes.Take());
            live.Update(s => s with { Summary = summary, Changes = changes });
            troubles.End(TroubleKind.Summary);
        }
    }

    private void Report(string line) =>
        live.Update(s => s with { Cluster = s.Cluster with { Progress = s.Cluster.Progress.Add(line) } });

    private void Report(Ending ending)
    {
        foreach (var (part, e) in ending.Failures)
            Log.PartNotEnded(factory.Logger, e, part, key.CourseId, key.LessonId);
    }

    private void Fail(string message, string remedy) => live.Update(s => s with
    {
        Cluster = s.Cluster with { Phase = ClusterPhase.Failed, Since = Now, Message = message, Remedy = remedy },
        Workspace = new(WorkspacePhase.Failed, "There is no cluster.", remedy),
    });

    private static string Words(Exception e) =>
        e is ClusterUnavailableException ? e.Message : "something in the portal failed; its log tells more.";

    /// <summary>Reports in order and on the caller's thread, unlike <see cref="Progress{T}"/>.</summary>
    private sealed class Progress(SessionLifecycle lifecycle) : IProgress<string>
    {
        public void Report(string value) => lifecycle.Report(value);
    }
}
