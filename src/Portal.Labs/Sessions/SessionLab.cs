using Portal.Clusters;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Grading;
using Portal.Labs.Shell;
using Microsoft.Extensions.Logging;

namespace Portal.Labs.Sessions;

/// <summary>What a session works with while it has a cluster: the lease, its view and API, and the shell. One lab follows another after a reset.</summary>
internal sealed class SessionLab : IAsyncDisposable
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

    /// <summary>Null until the shell is ready, and when it could not be started.</summary>
    public Workspace? Workspace { get; private set; }

    public static async Task<SessionLab> LeaseAsync(LessonSessionFactory factory, LessonSessionKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var lease = await factory.Provider.LeaseAsync(key.Cluster, progress, cancellationToken).ConfigureAwait(false);
        var view = ClusterView.Connect(lease.Kubeconfig, factory.Time, factory.Loggers.CreateLogger<ClusterView>());
        return new SessionLab(lease, view, ClusterApi.Connect(lease.Kubeconfig));
    }

    public async Task<Workspace> StartWorkspaceAsync(LessonSessionFactory factory, LessonSessionKey key, Lesson lesson, CancellationToken cancellationToken) =>
        Workspace = await Shell.Workspace.CreateAsync(factory.Workspace(key, lesson, Lease), factory.Isolation, factory.Guard("workspace"), factory.Time, cancellationToken).ConfigureAwait(false);

    public GradedCluster Graded(string workspaceDirectory) => new(View, Api, new(Lease.Kubeconfig, Lease.ToolsDirectory, Path.Combine(workspaceDirectory, "grader")));

    public async ValueTask DisposeAsync()
    {
        if (Workspace is not null) await Workspace.DisposeAsync().ConfigureAwait(false);
        await View.DisposeAsync().ConfigureAwait(false);
        Api.Dispose();
        await Lease.DisposeAsync().ConfigureAwait(false);
    }
}
