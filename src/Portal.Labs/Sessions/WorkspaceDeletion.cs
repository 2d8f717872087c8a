using Portal.Clusters;
using Portal.Labs.Shell;

namespace Portal.Labs.Sessions;

/// <summary>
/// Deletes a learner's cluster and files of a lesson, where no session uses them. Progress is elsewhere and stays.
/// </summary>
internal static class WorkspaceDeletion
{
    /// <exception cref="ClusterUnavailableException">Something is still there: it stays recorded, and a later try
    /// finds it.</exception>
    public static async Task DeleteAsync(
        LessonSessionFactory factory,
        LessonSessionKey key,
        string provider,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await factory.Providers.Get(provider).DeleteAsync(key.Cluster, cancellationToken).ConfigureAwait(false);
            // Last, because the record in it says that there is something to delete.
            var slept = WorkspaceNap.Exists(factory.WorkspaceDirectory(key));
            WorkspaceFiles.Delete(factory.WorkspacesRoot, factory.WorkspaceDirectory(key));
            if (slept) factory.Sleeping.Add(-1);
            Log.ClusterDeleted(factory.Logger, key.CourseId, key.LessonId, key.LearnerId);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ClusterNotDeleted(factory.Logger, e, key.CourseId, key.LessonId, key.LearnerId);
            throw e as ClusterUnavailableException
                ?? new ClusterUnavailableException(
                    "The cluster could not be deleted.",
                    "Try again in a moment; the portal's log tells more.",
                    e
                );
        }
    }
}
