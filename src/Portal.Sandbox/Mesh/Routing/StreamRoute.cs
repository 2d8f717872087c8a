using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>A connection that a proxy forwards without reading it.</summary>
/// <param name="ServerName">The name in the TLS handshake; null for plain bytes.</param>
/// <param name="TargetIp">The address that it was opened to; null where that is not known.</param>
internal sealed record StreamTarget(string? ServerName, string? TargetIp);

/// <summary>A route of connections: of a VirtualService's <c>tcp</c> or <c>tls</c> list.</summary>
internal sealed class StreamRoute
{
    private readonly Match[] _matches;
    private readonly WeightedDestination[] _destinations;
    private readonly int _total;

    private StreamRoute(JsonObject route, MeshObject owner)
    {
        Owner = owner;
        _matches = [.. route.Objects("match").Select(m => new Match(m, owner.Namespace))];
        var all = route.Objects("route").Select(d => new WeightedDestination(Destination.Of(d.Obj("destination"), owner.Namespace), d.Int(0, "weight"), null, null)).ToArray();
        _destinations = all.Length <= 1 ? all : [.. all.Where(d => d.Weight > 0)];
        _total = _destinations.Sum(d => d.Weight);
    }

    public MeshObject Owner { get; }
    public IEnumerable<WeightedDestination> Destinations => _destinations;

    /// <summary>The names that TLS clients have to ask for; empty where any connection will do.</summary>
    public IEnumerable<string> ServerNames => _matches.SelectMany(m => m.ServerNames);

    public static StreamRoute[] Of(MeshObject vs, string list) => [.. vs.Spec.Objects(list).Select(r => new StreamRoute(r, vs))];

    public bool Matches(StreamTarget target, RouteSource source) => _matches.Length == 0 || Array.Exists(_matches, m => m.Matches(target, source));

    public Destination? Pick(Random random)
    {
        if (_destinations.Length <= 1) return _destinations is [var only] ? only.Destination : null;
        var n = random.Next(Math.Max(_total, 1));
        foreach (var d in _destinations)
        {
            n -= d.Weight;
            if (n < 0) return d.Destination;
        }
        return _destinations[^1].Destination;
    }

    private sealed class Match(JsonObject match, string ruleNamespace)
    {
        private readonly IPNetwork[] _subnets = [.. match.Strings("destinationSubnets").Select(Parse).OfType<IPNetwork>()];
        private readonly bool _anySubnet = match.Arr("destinationSubnets") is not { Count: > 0 };
        private readonly RouteMatch _source = new(Sources(match), ruleNamespace);

        public string[] ServerNames { get; } = [.. match.Strings("sniHosts")];

        public bool Matches(StreamTarget target, RouteSource source) =>
            (ServerNames.Length == 0 || (target.ServerName is { } name && Array.Exists(ServerNames, n => MeshConfig.HostMatches(n, name))))
            && (_anySubnet || (IPAddress.TryParse(target.TargetIp, out var ip) && Array.Exists(_subnets, s => s.Contains(ip))))
            && _source.AppliesTo(source);

        /// <summary>The conditions on who connects are those of HTTP matches.</summary>
        private static JsonObject Sources(JsonObject match)
        {
            var sources = new JsonObject();
            foreach (var field in new[] { "gateways", "sourceLabels", "sourceNamespace", "port" }) if (match[field] is { } value) sources[field] = value.DeepClone();
            return sources;
        }

        private static IPNetwork? Parse(string text) => IPNetwork.TryParse(text.Contains('/', StringComparison.Ordinal) ? text : text + "/32", out var network) ? network : null;
    }
}
