using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Shared;

namespace Portal.Labs.Sessions;

/// <summary>What every session is made with.</summary>
internal sealed class LessonSessionFactory(
    IOptions<LabsOptions> options,
    ClusterProviders providers,
    WorkspaceIsolations isolations,
    CheckGrader grader,
    IProgressRecorder recorder,
    ISessionLimits limits,
    TimeProvider time,
    ILoggerFactory loggers)
{
    private ProgressJournals? _journals;
    private SleepingSessions? _sleeping;

    public LabsOptions Options => options.Value;
    public CheckGrader Grader => grader;
    public IProgressRecorder Recorder => recorder;
    public ISessionLimits Limits => limits;
    public TimeProvider Time => time;
    public ILoggerFactory Loggers => loggers;
    public ILogger<LessonSession> Logger { get; } = loggers.CreateLogger<LessonSession>();
    public SessionActivities Activities { get; } = new(time);
    public IClusterProvider Provider => providers.Get(Options.DefaultProvider);
    public ClusterProviders Providers => providers;
    public SleepingSessions Sleeping => LazyInitializer.EnsureInitialized(ref _sleeping, () => new(WorkspacesRoot));
    public string WorkspacesRoot => Path.GetFullPath(Options.WorkspacesDirectory);
    public IWorkspaceIsolation Isolation => isolations.Chosen;

    /// <summary>Whether the process is about to end, and nothing new is run.</summary>
    public bool IsDraining { get; set; }

    /// <summary>Told of each session whose time is up; whoever holds the sessions sets it.</summary>
    public Action<LessonSessionKey> Expired { get; set; } = _ => { };

    /// <summary>
    /// Called with the owner and the name of each piece of guarded work before it; tests make it fail by throwing
    /// here.
    /// </summary>
    internal Action<string, string>? Entering { get; set; }

    public Guarded Guard(string owner) =>
        new(owner, Logger, time) { Entering = Entering is { } entering ? work => entering(owner, work) : null };

    public ProgressJournals Journals =>
        LazyInitializer.EnsureInitialized(ref _journals, () => new ProgressJournals(this));

    /// <summary>Where a learner's results wait for the store, or null when they wait in memory alone.</summary>
    public UnsavedFile? UnsavedFile(LessonSessionKey key) =>
        Options.UnsavedDirectory is { } directory ? new UnsavedFile(directory, key, Logger) : null;

    /// <summary>The name of a session's guarded work in logs and for <see cref="Entering"/>.</summary>
    public static string OwnerOf(LessonSessionKey key) => $"session {key.CourseId}/{key.LessonId} of {key.LearnerId}";

    public LessonSession Create(LessonSessionKey key, Lesson lesson) => new(key, lesson, this);

    public string WorkspaceDirectory(LessonSessionKey key) =>
        Path.Combine(
            WorkspacesRoot,
            ClusterNames.Safe(key.LearnerId),
            ClusterNames.Safe(key.CourseId),
            ClusterNames.Safe(key.LessonId)
        );

    public WorkspaceSpec Workspace(LessonSessionKey key, Lesson lesson, IClusterLease lease) =>
        new(
            WorkspaceDirectory(key),
            lesson.Id,
            lesson.Directory is { } directory
            && Path.Combine(directory, "manifests") is var manifests
            && Directory.Exists(manifests)
                ? manifests
                : null,
            lease.Kubeconfig,
            lease.Entrance,
            lease.ToolsDirectory,
            lease.WorkspaceTemplate
        )
        {
            Root = WorkspacesRoot,
            Past = lease.Past,
            Limits = Options.Limits,
            Egress = [.. Options.Egress.Select(EgressTarget.TryParse).OfType<EgressTarget>()],
        };
}
