using System.Collections.Concurrent;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Upstream;

/// <summary>What one proxy remembers of its upstream clusters. A cluster whose policy changed starts anew, as in Envoy.</summary>
internal sealed class UpstreamStates
{
    private readonly ConcurrentDictionary<string, UpstreamState> _states = new(StringComparer.Ordinal);

    public UpstreamState For(UpstreamCluster upstream, TimeProvider time)
    {
        if (_states.TryGetValue(upstream.Name, out var state) && (ReferenceEquals(state.Policy, upstream.Policy) || state.Policy.Text == upstream.Policy.Text)) return state;
        return _states.AddOrUpdate(upstream.Name, _ => new UpstreamState(upstream.Policy, time), (_, s) => s.Policy.Text == upstream.Policy.Text ? s : new UpstreamState(upstream.Policy, time));
    }

    public UpstreamState? Find(string cluster) => _states.GetValueOrDefault(cluster);
}

/// <summary>Hosts of one upstream cluster as one proxy sees them: who is ejected, who is busy, and the connection pool.</summary>
internal sealed class UpstreamState(TrafficPolicy policy, TimeProvider time)
{
    /// <summary>Envoy's <c>max_ejection_time</c>.</summary>
    private static readonly TimeSpan s_longestEjection = TimeSpan.FromSeconds(300);

    private sealed class HostState
    {
        public int Active { get; set; }
        public int Consecutive5xx { get; set; }
        public int ConsecutiveGateway { get; set; }
        public int ConsecutiveLocal { get; set; }
        public int Ejections { get; set; }
        public DateTimeOffset EjectedUntil { get; set; }
    }

    private readonly Lock _gate = new();
    private readonly DateTimeOffset _created = time.GetUtcNow();
    private readonly Dictionary<string, HostState> _hosts = new(StringComparer.Ordinal);
    private int _turn;
    private int _retrying;

    public TrafficPolicy Policy => policy;
    public ConnectionPool Pool { get; } = new(policy.Connections, time);

    /// <summary>Whether the policy lets one more request be tried again; each success is followed by one <see cref="EndRetry"/>.</summary>
    public bool BeginRetry()
    {
        if (Interlocked.Increment(ref _retrying) <= (policy.Connections.MaxRetries ?? int.MaxValue)) return true;
        EndRetry();
        return false;
    }

    public void EndRetry() => Interlocked.Decrement(ref _retrying);

    /// <summary>A healthy host by the load balancer's rule, busy until <see cref="Release"/>; null when all are ejected.</summary>
    public ServiceEndpoint? Pick(IReadOnlyList<ServiceEndpoint> endpoints, IReadOnlySet<string>? tried, string? hashKey)
    {
        lock (_gate)
        {
            var healthy = policy.Outliers is null || _hosts.Count == 0 ? endpoints : [.. endpoints.Where(e => !IsOut(e.Ip))];
            // Too few healthy hosts: below the stated share the proxy rather takes any host.
            if (policy.Outliers is { MinHealthPercent: > 0 and var least } && endpoints.Count > 0 && healthy.Count * 100 < least * endpoints.Count) healthy = endpoints;
            if (healthy.Count == 0) return null;
            if (hashKey is not null) return Take(healthy.MaxBy(e => Hash(hashKey + e.Ip))!);
            // A retry goes to another host while there is one.
            var candidates = tried is null ? healthy : [.. healthy.Where(e => !tried.Contains(e.Ip))];
            if (candidates.Count == 0) candidates = healthy;
            if (candidates.Count == 1) return Take(candidates[0]);
            switch (policy.LoadBalancing)
            {
                case LoadBalancing.RoundRobin: return Take(candidates[_turn++ % candidates.Count]);
                case LoadBalancing.Random: return Take(candidates[Any(candidates)]);
                default:
                    // Two random hosts, the one with fewer requests in flight.
                    var (a, b) = (candidates[Any(candidates)], candidates[Any(candidates)]);
                    return Take(Host(b.Ip).Active < Host(a.Ip).Active ? b : a);
            }
        }
    }

    /// <summary>A random host; endpoints of a ServiceEntry may have weights.</summary>
    private static int Any(IReadOnlyList<ServiceEndpoint> candidates)
    {
        var total = 0;
        for (var i = 0; i < candidates.Count; i++) total += candidates[i].Weight;
        if (total == candidates.Count) return Random.Shared.Next(candidates.Count);
        var n = Random.Shared.Next(total);
        for (var i = 0; i < candidates.Count; i++) if ((n -= candidates[i].Weight) < 0) return i;
        return candidates.Count - 1;
    }

    /// <summary>The request to a host is over; its outcome counts for outlier detection.</summary>
    /// <param name="reply">Null when the request was given up by the caller.</param>
    public void Release(ServiceEndpoint endpoint, HttpReply? reply, int hosts)
    {
        lock (_gate)
        {
            var host = Host(endpoint.Ip);
            host.Active--;
            if (policy.Outliers is not { } rule || reply is null) return;
            bool over;
            if (rule.SplitLocalErrors && reply.Failed)
            {
                host.ConsecutiveLocal++;
                over = rule.ConsecutiveLocal > 0 && host.ConsecutiveLocal >= rule.ConsecutiveLocal;
            }
            else
            {
                var status = reply.Failed ? 503 : reply.Status;
                host.ConsecutiveLocal = 0;
                host.Consecutive5xx = status >= 500 ? host.Consecutive5xx + 1 : 0;
                host.ConsecutiveGateway = status is 502 or 503 or 504 ? host.ConsecutiveGateway + 1 : 0;
                over = (rule.Consecutive5xx > 0 && host.Consecutive5xx >= rule.Consecutive5xx) || (rule.ConsecutiveGateway > 0 && host.ConsecutiveGateway >= rule.ConsecutiveGateway);
            }
            if (!over || IsOut(endpoint.Ip)) return;
            var ejected = _hosts.Keys.Count(IsOut);
            if ((ejected + 1) * 100 > rule.MaxEjectionPercent * Math.Max(hosts, 1)) return;
            Eject(host, rule);
        }
    }

    public bool IsEjected(string ip)
    {
        lock (_gate) return IsOut(ip);
    }

    private void Eject(HostState host, OutlierDetection rule)
    {
        var now = time.GetUtcNow();
        // Every interval without an ejection forgives one.
        if (host.Ejections > 0) host.Ejections = Math.Max(0, host.Ejections - (int)Math.Min(1000, (now - host.EjectedUntil) / rule.Interval));
        host.Ejections++;
        var length = rule.BaseEjection * host.Ejections;
        var end = now + (length < s_longestEjection ? length : rule.BaseEjection > s_longestEjection ? rule.BaseEjection : s_longestEjection);
        // Hosts come back at the sweep that finds their time over.
        var sweeps = Math.Ceiling((end - _created) / rule.Interval);
        host.EjectedUntil = _created + (rule.Interval * sweeps);
        host.Consecutive5xx = host.ConsecutiveGateway = host.ConsecutiveLocal = 0;
    }

    private bool IsOut(string ip) => _hosts.TryGetValue(ip, out var h) && h.EjectedUntil > time.GetUtcNow();

    private ServiceEndpoint Take(ServiceEndpoint endpoint)
    {
        Host(endpoint.Ip).Active++;
        return endpoint;
    }

    private HostState Host(string ip)
    {
        if (!_hosts.TryGetValue(ip, out var host)) _hosts[ip] = host = new HostState();
        return host;
    }

    /// <summary>The same for every proxy, so that all of them send a key to the same host.</summary>
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text) hash = (hash ^ c) * 1099511628211UL;
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccdUL;
        return hash ^ (hash >> 33);
    }
}
