using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Portal.Clusters.Api;
using Portal.Shared;

namespace Portal.Clusters.Kubeconfig;

/// <summary>A cluster that somebody else runs. Only contexts that the configuration lists are used, and the cluster is never reset or deleted.</summary>
internal sealed class KubeconfigClusterProvider(
    IOptions<ClusterOptions> options,
    TimeProvider time,
    ILogger<KubeconfigClusterProvider> logger
) : IClusterProvider
{
    private readonly Guarded _guarded = new("kubeconfig clusters", logger, time);

    private static readonly TimeSpan s_probeLimit = TimeSpan.FromSeconds(5);

    public string Name => "kubeconfig";

    public async Task<ClusterAvailability> GetAvailabilityAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Kubeconfig.File.Length == 0)
        {
            return new(false, "No kubeconfig is configured.", $"Set {ClusterOptions.SectionName}:Kubeconfig:File, and list the contexts that learners may use in {ClusterOptions.SectionName}:Kubeconfig:Contexts.");
        }
        try
        {
            using var api = ClusterApi.Connect(Extract(null));
            using var limit = new CancellationTokenSource(s_probeLimit, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await api.GetAsync("version", both.Token).ConfigureAwait(false);
            return ClusterAvailability.Available;
        }
        catch (ClusterUnavailableException e)
        {
            return new(false, e.Message, e.Remedy);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return new(false, $"The cluster does not answer: {e.Message}", "Check that the cluster runs and that this machine reaches it with that kubeconfig.");
        }
    }

    public async Task<IClusterLease> LeaseAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var availability = await GetAvailabilityAsync(cancellationToken).ConfigureAwait(false);
        if (!availability.IsAvailable) throw new ClusterUnavailableException(availability.Reason!, availability.Remedy!);
        var kubeconfig = Extract(null);
        return new ClusterLease(
            key,
            Name,
            kubeconfig,
            KubeconfigEntrance.Of(kubeconfig, _guarded.Start),
            new(Simulated: false, options.Value.Kubeconfig.Mesh, Checkpoints: false)
        );
    }

    public Task ResetAsync(ClusterKey key, IProgress<string> progress, CancellationToken cancellationToken) =>
        throw new ClusterUnavailableException("This cluster is not the portal's, so the portal does not reset it.", "Run the lesson's cleanup section, or delete what you made with kubectl.");

    public Task DeleteAsync(ClusterKey key, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Kubeconfig text of one context; the first listed when <paramref name="context"/> is null.</summary>
    internal string Extract(string? context)
    {
        var settings = options.Value.Kubeconfig;
        context ??= settings.Contexts[0];
        if (!settings.Contexts.Contains(context, StringComparer.Ordinal))
        {
            throw new ClusterUnavailableException($"The context '{context}' may not be used by learners.", $"List it in {ClusterOptions.SectionName}:Kubeconfig:Contexts if that is wanted.");
        }
        return KubeconfigFile.Extract(settings.File, context);
    }
}
