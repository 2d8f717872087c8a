using Portal.Clusters;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Editing;
using Portal.Labs.Grading;
using Portal.Labs.Shell;
using Microsoft.Extensions.Logging;

namespace Portal.Labs.Sessions;

/// <summary>What a session works with while it has a cluster: the lease, its view and API, and the shell. One lab follows another after a reset.</summary>
internal sealed class SessionLab
{
    private SessionLab(IClusterLease lease, ClusterView view, ClusterApi api)
    {
        Lease = lease;
        View = view;
        Api = api;
    }

    public IClusterLease Lease { get; }
    public ClusterView View { get; }
    public ClusterApi Api { get; }

    /// <summary>What the cluster says of manifests, once somebody writes one.</summary>
    public ManifestHelp? Help { get; private set; }

    /// <summary>Null until the shell is ready, and when it could not be started.</summary>
    public Workspace? Workspace { get; private set; }

    public static async Task<SessionLab> LeaseAsync(LessonSessionFactory factory, LessonSessionKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var leasing = factory.Provider.LeaseAsync(key.Cluster, progress, cancellationToken);
        var lease = await OrReturnAsync(factory, key, leasing, cancellationToken).ConfigureAwait(false);
        ClusterApi? api = null;
        try
        {
            api = ClusterApi.Connect(lease.Kubeconfig);
            Action<string>? entering = factory.Entering is { } e
                ? work => e(LessonSessionFactory.OwnerOf(key), work)
                : null;
            return new SessionLab(
                lease,
                ClusterView.Connect(
                    lease.Kubeconfig,
                    factory.Time,
                    factory.Loggers.CreateLogger<ClusterView>(),
                    entering
                ),
                api
            );
        }
        catch
        {
            api?.Dispose();
            await lease.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async Task<Workspace> StartWorkspaceAsync(
        LessonSessionFactory factory,
        LessonSessionKey key,
        Lesson lesson,
        CancellationToken cancellationToken
    )
    {
        var spec = factory.Workspace(key, lesson, Lease);
        var nap = WorkspaceNap.Exists(spec.Directory) ? WorkspaceNap.Take(spec.Directory) : null;
        if (nap is not null) factory.Sleeping.Add(-1);
        return Workspace = await Shell
            .Workspace.CreateAsync(
                // What belongs to a cluster that is gone misleads in a new one.
                spec with { Nap = Lease.Past == ClusterPast.New ? null : nap },
                factory.Isolation,
                factory.Guard(LessonSessionFactory.OwnerOf(key)),
                factory.Time,
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Keeps of the shell what can be kept, before it ends.</summary>
    /// <param name="why">What happened, when it is not sleep; for who sees the next shell.</param>
    public void Nap(LessonSessionFactory factory, string? why = null)
    {
        if (Workspace is null) return;
        Workspace.Nap(why);
        factory.Sleeping.Add(1);
    }

    public ManifestHelp HelpFor(Lesson lesson, TimeProvider time)
    {
        lock (Api) return Help ??= new ManifestHelp(Api, time, lesson.Namespace ?? "default");
    }

    public GradedCluster Graded(string workspaceDirectory) =>
        new(
            View,
            Api,
            new(Lease.Kubeconfig, Lease.ToolsDirectory, Path.Combine(workspaceDirectory, "grader")),
            Lease.Provider,
            Lease.Capabilities.Simulated,
            Lease.Capabilities.RequestTimeHeader
        );

    /// <summary>Ends every part, whatever the others do.</summary>
    public async Task EndAsync(Ending ending)
    {
        if (Workspace is not null) await ending.PartAsync("workspace", Workspace.DisposeAsync).ConfigureAwait(false);
        await ending.PartAsync("view", View.DisposeAsync).ConfigureAwait(false);
        if (Help is not null) ending.Part("schemas", Help.Dispose);
        ending.Part("connection", Api.Dispose);
        await ending.PartAsync("lease", Lease.DisposeAsync).ConfigureAwait(false);
    }

    /// <summary>
    /// A session that closes does not wait for a provider that does not hear; a lease that comes too late is given
    /// back.
    /// </summary>
    private static async Task<IClusterLease> OrReturnAsync(
        LessonSessionFactory factory,
        LessonSessionKey key,
        Task<IClusterLease> leasing,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await leasing.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = ReturnAsync();
            throw;
        }

        async Task ReturnAsync()
        {
            try
            {
                await using ((await leasing.ConfigureAwait(false)).ConfigureAwait(false))
                {
                }
            }
            catch (OperationCanceledException)
            {
                // As it should be.
            }
            catch (Exception e)
            {
                Log.ClusterNotStarted(factory.Logger, e, key.CourseId, key.LessonId);
            }
        }
    }
}
