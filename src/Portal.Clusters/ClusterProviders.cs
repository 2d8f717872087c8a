using System.Collections.Immutable;

namespace Portal.Clusters;

/// <summary>The registered providers by name.</summary>
public sealed class ClusterProviders(IEnumerable<IClusterProvider> providers)
{
    public ImmutableArray<IClusterProvider> All { get; } = [.. providers];

    /// <exception cref="ClusterUnavailableException">There is no provider of that name.</exception>
    public IClusterProvider Get(string name) => All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ClusterUnavailableException($"There is no cluster provider '{name}'.", $"Use one of: {string.Join(", ", All.Select(p => p.Name))}.");
}
