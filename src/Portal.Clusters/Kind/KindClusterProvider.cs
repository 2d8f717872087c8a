using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Clusters.Kubeconfig;
using Portal.Clusters.Processes;
using Portal.Shared;

namespace Portal.Clusters.Kind;

/// <summary>A real cluster in Docker for each learner and lesson, made with kind.</summary>
internal sealed class KindClusterProvider(
    IOptions<ClusterOptions> options,
    IProcessRunner processes,
    TimeProvider time,
    ILogger<KindClusterProvider> logger
) : IClusterProvider
{
    private readonly Guarded _guarded = new("kind clusters", logger, time);
    private const double BytesPerGiB = 1024d * 1024 * 1024;

    public string Name => "kind";

    public async Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken)
    {
        if (!processes.Exists("kind")) return new(false, "kind is not installed.", "Install it from https://kind.sigs.k8s.io/docs/user/quick-start/#installation and start the portal again.");
        if (!processes.Exists("docker")) return new(false, "Docker is not installed.", "Install Docker (https://docs.docker.com/engine/install/) and start the portal again.");
        try
        {
            var info = await processes.RunAsync("docker", ["info", "--format", "{{.MemTotal}}"], null, cancellationToken).ConfigureAwait(false);
            if (info.ExitCode != 0) return new(false, $"Docker does not answer: {info.LastError}", "Start Docker, and make sure that the portal's user may use it.");
            var minimum = options.Value.Kind.MinimumMemoryGiB;
            if (double.TryParse(info.Output.Trim(), CultureInfo.InvariantCulture, out var memory) && memory < minimum * BytesPerGiB)
            {
                return new(false, string.Create(CultureInfo.InvariantCulture, $"Docker has {memory / BytesPerGiB:0.#} GiB of memory; a lesson with a mesh needs {minimum:0.#} GiB."),
                    $"Give Docker more memory, or lower {ClusterOptions.SectionName}:Kind:MinimumMemoryGiB.");
            }
            return ClusterAvailability.Available;
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return new(false, $"Docker cannot be run: {e.Message}", "Check that the portal's user may run docker.");
        }
    }

    public async Task<IClusterLease> LeaseAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var availability = await GetAvailabilityAsync(cancellationToken).ConfigureAwait(false);
        if (!availability.IsAvailable) throw new ClusterUnavailableException(availability.Reason!, availability.Remedy!);

        var name = NameOf(key);
        var exists = await ExistsAsync(name, cancellationToken).ConfigureAwait(false);
        if (!exists) await CreateAsync(name, progress, cancellationToken).ConfigureAwait(false);
        var kubeconfig = await processes.RunAsync("kind", ["get", "kubeconfig", "--name", name], null, cancellationToken).ConfigureAwait(false);
        if (kubeconfig.ExitCode != 0)
        {
            throw new ClusterUnavailableException($"The cluster '{name}' is there but its kubeconfig is not: {kubeconfig.LastError}", $"Delete it with 'kind delete cluster --name {name}' and open the lesson again.");
        }
        return new ClusterLease(
            key,
            Name,
            kubeconfig.Output,
            KubeconfigEntrance.Of(kubeconfig.Output, _guarded.Start),
            new(Simulated: false, Mesh: true, Checkpoints: false)
        )
        {
            Past = exists ? ClusterPast.Kept : ClusterPast.New,
        };
    }

    /// <summary>Makes the cluster anew. Its certificates are new too, so a lease has to be taken again.</summary>
    public async Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        progress.Report("Deleting the cluster");
        await DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        await CreateAsync(NameOf(key), progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken)
    {
        // Without kind there is none of its clusters, or nothing to delete it with.
        if (!processes.Exists("kind")) return;
        var name = NameOf(key);
        var deleted = await processes
            .RunAsync("kind", ["delete", "cluster", "--name", name], null, cancellationToken)
            .ConfigureAwait(false);
        if (deleted.ExitCode != 0)
            throw new ClusterUnavailableException(
                $"kind could not delete the cluster: {deleted.LastError}",
                $"See that Docker runs, and delete it with 'kind delete cluster --name {name}'."
            );
        File.Delete(KubeconfigOf(name));
        Log.ClusterDeleted(logger, Name, name);
    }

    private static string NameOf(ClusterKey key) => "portal-" + ClusterNames.Of(key);

    private string KubeconfigOf(string name) => Path.Combine(options.Value.StateDirectory, name + ".kubeconfig");

    private async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken)
    {
        var clusters = await processes.RunAsync("kind", ["get", "clusters"], null, cancellationToken).ConfigureAwait(false);
        return clusters.ExitCode == 0 && clusters.Output.Split('\n').Contains(name, StringComparer.Ordinal);
    }

    private async Task CreateAsync(string name, IProgress<string> progress, CancellationToken cancellationToken)
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
            throw new ClusterUnavailableException($"kind could not create the cluster: {created.LastError}", $"Read the lines above; then delete what is left with 'kind delete cluster --name {name}' and open the lesson again.");
        }
        Log.ClusterCreated(logger, Name, name);
    }
}
