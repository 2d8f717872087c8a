using System.Collections.Immutable;

namespace Portal.Sandbox.Registry;

/// <summary>What one cluster serves: the built-in kinds and those of its CustomResourceDefinitions. Immutable snapshots, swapped by the CRD controller.</summary>
internal sealed class ResourceCatalog
{
    private ImmutableDictionary<(string Group, string Version, string Plural), ResourceType> _custom = ImmutableDictionary<(string, string, string), ResourceType>.Empty;
    private long _version;

    /// <summary>Grows whenever the set of custom resources changes; key of cached discovery documents.</summary>
    public long Version => Volatile.Read(ref _version);

    public IEnumerable<ResourceType> All => BuiltInResources.All.Concat(_custom.Values.OrderBy(r => r.Resource, StringComparer.Ordinal).ThenBy(r => VersionRank(r.Version)));

    public IEnumerable<ResourceType> Custom => _custom.Values;

    public ResourceType? Find(string group, string version, string plural)
    {
        foreach (var r in BuiltInResources.All)
        {
            if (r.Plural == plural && r.Group == group && r.Version == version) return r;
        }
        return _custom.GetValueOrDefault((group, version, plural));
    }

    public ResourceType? FindKind(string apiVersion, string kind) => All.FirstOrDefault(r => r.Kind == kind && r.ApiVersion == apiVersion);

    /// <summary>Any version of a resource, by its storage key.</summary>
    public ResourceType? FindResource(string resource) => All.FirstOrDefault(r => r.Resource == resource);

    public void SetCustom(IEnumerable<ResourceType> types)
    {
        _custom = types.ToImmutableDictionary(t => (t.Group, t.Version, t.Plural));
        Interlocked.Increment(ref _version);
    }

    /// <summary>Kubernetes version priority: GA before beta before alpha, newer first.</summary>
    public static int VersionRank(string version)
    {
        var stage = version.Contains("alpha", StringComparison.Ordinal) ? 2 : version.Contains("beta", StringComparison.Ordinal) ? 1 : 0;
        var digits = new string([.. version.Skip(1).TakeWhile(char.IsDigit)]);
        return stage * 1000 - (int.TryParse(digits, out var n) ? n : 0);
    }
}
