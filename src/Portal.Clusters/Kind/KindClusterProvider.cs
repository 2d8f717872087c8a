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
    KindCommands kind,
    WarmKindClusters warm,
    TimeProvider time,
    ILogger<KindClusterProvider> logger
) : IClusterProvider
{
    public const string ProviderName = "kind";

    private readonly Guarded _guarded = new("kind clusters", logger, time);
    private const double BytesPerGiB = 1024d * 1024 * 1024;

    public string Name => ProviderName;

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

        var name = warm.Resolve(NameOf(key));
        var exists = (await kind.ListAsync(cancellationToken).ConfigureAwait(false)).Contains(name);
        if (!exists) name = await MakeAsync(key, progress, cancellationToken).ConfigureAwait(false);
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
        await MakeAsync(key, progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken)
    {
        // Without kind there is none of its clusters, or nothing to delete it with.
        if (!processes.Exists("kind")) return;
        await kind.DeleteAsync(warm.Resolve(NameOf(key)), cancellationToken).ConfigureAwait(false);
        warm.Forget(NameOf(key));
    }

    private static string NameOf(ClusterKey key) => "portal-" + ClusterNames.Of(key);

    /// <summary>One that was made before, or a new one.</summary>
    /// <returns>The name that kind knows it by.</returns>
    private async Task<string> MakeAsync(
        ClusterKey key,
        IProgress<string> progress,
        CancellationToken cancellationToken
    )
    {
        var name = NameOf(key);
        // Whose warm cluster is gone needs another.
        warm.Forget(name);
        if (!warm.TryTake(name)) await kind.CreateAsync(name, progress, cancellationToken).ConfigureAwait(false);
        return warm.Resolve(name);
    }
}
