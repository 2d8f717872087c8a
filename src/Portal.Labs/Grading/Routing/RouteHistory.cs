using System.Collections.Immutable;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Routing;

/// <summary>The routes that hosts had one after the other, as far as the cluster view saw them. Thread-safe.</summary>
/// <param name="hosts">The hosts to remember.</param>
internal sealed class RouteHistory(IEnumerable<(string Host, string Namespace)> hosts, TimeProvider time)
{
    private const int MaxEntries = 1000;

    private readonly ImmutableArray<(string Host, string Namespace)> _hosts = [.. hosts.Distinct()];
    private readonly Lock _gate = new();
    private readonly Dictionary<(string, string), ImmutableList<Observation>> _seen = [];

    public void Observe(ClusterSnapshot snapshot)
    {
        foreach (var host in _hosts)
        {
            var shares = RouteResolver.Resolve(snapshot, host.Host, host.Namespace, RouteRequest.Plain).Shares;
            lock (_gate)
            {
                var list = _seen.GetValueOrDefault(host, []);
                if (list.Count > 0 && list[^1].Shares.SequenceEqual(shares)) continue;
                if (list.Count == MaxEntries) list = list.RemoveAt(0);
                _seen[host] = list.Add(new(time.GetUtcNow(), shares));
            }
        }
    }

    public ImmutableList<Observation> Of(string host, string @namespace)
    {
        lock (_gate) return _seen.GetValueOrDefault((host, @namespace), []);
    }

    public sealed record Observation(DateTimeOffset At, ImmutableSortedDictionary<string, double> Shares);
}
