using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Clusters;
using Portal.Clusters.Kind;
using Portal.Clusters.Kubeconfig;
using Portal.Clusters.Processes;
using Portal.Clusters.Sandbox;

namespace Microsoft.Extensions.DependencyInjection;

public static class ClustersServiceCollectionExtensions
{
    /// <summary>Adds the cluster providers <c>sandbox</c>, <c>kind</c> and <c>kubeconfig</c>, configured by <c>Portal:Clusters</c>.</summary>
    public static IServiceCollection AddPortalClusters(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<ClusterOptions>().BindConfiguration(ClusterOptions.SectionName).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ClusterOptions>, ClusterOptionsValidator>());
        services.TryAddSingleton<IProcessRunner, ProcessRunner>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IClusterProvider, SandboxClusterProvider>());
        services.TryAddSingleton<KindCommands>();
        services.TryAddSingleton<WarmKindClusters>();
        services.AddHostedService(provider => provider.GetRequiredService<WarmKindClusters>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IClusterProvider, KindClusterProvider>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IClusterProvider, KubeconfigClusterProvider>());
        services.TryAddSingleton<ClusterProviders>();
        return services;
    }
}
