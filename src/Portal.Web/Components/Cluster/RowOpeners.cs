using Portal.Clusters.Watching;

namespace Portal.Web.Components.Cluster;

/// <summary>
/// What a click on a row does, the same delegate for a row as long as there is that row: with a new one at each
/// rendering, every row of the panel would be sent to the browser at every change of the cluster.
/// </summary>
public sealed class RowOpeners(Func<ClusterObjectKey, Task> open)
{
    private Dictionary<ClusterObjectKey, Func<Task>> _openers = [];

    /// <summary>Opens the row's object.</summary>
    public Func<Task> For(ClusterObjectKey key)
    {
        if (!_openers.TryGetValue(key, out var opener)) _openers[key] = opener = () => open(key);
        return opener;
    }

    /// <summary>Forgets the rows that are no longer there.</summary>
    public void Keep(IEnumerable<ClusterObjectKey> keys)
    {
        var kept = new Dictionary<ClusterObjectKey, Func<Task>>();
        foreach (var key in keys) kept[key] = For(key);
        _openers = kept;
    }
}
