using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Clusters.Processes;

namespace Portal.Clusters.Kind;

/// <summary>What the portal has kind do.</summary>
internal sealed class KindCommands(
    IOptions<ClusterOptions> options,
    IProcessRunner processes,
    ILogger<KindCommands> logger
)
{
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        var clusters = await processes
            .RunAsync("kind", ["get", "clusters"], null, cancellationToken)
            .ConfigureAwait(false);
        return clusters.ExitCode == 0 ? clusters.Output.Split('\n') : [];
    }

    /// <exception cref="ClusterUnavailableException">kind could not make it.</exception>
    public async Task CreateAsync(string name, IProgress<string> progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Value.StateDirectory);
        // A kubeconfig of its own: the operator's ~/.kube/config is not for the portal to write.
        List<string> arguments =
        [
            "create",
            "cluster",
            "--name",
            name,
            "--kubeconfig",
            Path.GetFullPath(KubeconfigOf(name)),
            "--wait",
            $"{(int)options.Value.Kind.WaitTimeout.TotalSeconds}s",
        ];
        if (options.Value.Kind.Image.Length > 0)
            arguments.AddRange(["--image", options.Value.Kind.Image]);
        var created = await processes
            .RunAsync("kind", arguments, progress.Report, cancellationToken)
            .ConfigureAwait(false);
        if (created.ExitCode != 0)
        {
            throw new ClusterUnavailableException(
                $"kind could not create the cluster: {created.LastError}",
                $"Read the lines above; then delete what is left with 'kind delete cluster --name {name}' and open the "
                    + "lesson again."
            );
        }
        Log.ClusterCreated(logger, KindClusterProvider.ProviderName, name);
    }

    /// <exception cref="ClusterUnavailableException">It is still there.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var deleted = await processes
            .RunAsync("kind", ["delete", "cluster", "--name", name], null, cancellationToken)
            .ConfigureAwait(false);
        if (deleted.ExitCode != 0)
            throw new ClusterUnavailableException(
                $"kind could not delete the cluster: {deleted.LastError}",
                $"See that Docker runs, and delete it with 'kind delete cluster --name {name}'."
            );
        File.Delete(KubeconfigOf(name));
        Log.ClusterDeleted(logger, KindClusterProvider.ProviderName, name);
    }

    private string KubeconfigOf(string name) => Path.Combine(options.Value.StateDirectory, name + ".kubeconfig");
}
