using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>Where requests go: host, port and subset as the rule says them.</summary>
/// <param name="Host">Qualified by the rule's namespace.</param>
/// <param name="Port">Null where the rule does not say.</param>
internal sealed record Destination(string Host, int? Port, string? Subset)
{
    public static Destination Of(JsonObject? destination, string ruleNamespace) => new(
        MeshConfig.Qualify(destination.Str("host") ?? "", ruleNamespace),
        destination.Num("port", "number") is { } port ? (int)port : null,
        destination.Str("subset") is { Length: > 0 } subset ? subset : null);
}

/// <summary>One of several destinations, with its share and what is done to headers on the way to it.</summary>
internal sealed record WeightedDestination(Destination Destination, int Weight, HeaderOperations? Request, HeaderOperations? Response)
{
    /// <summary>Set where a Gateway API route refers to what is not there or may not be used: requests get this status.</summary>
    public int? Failure { get; init; }
}

internal sealed record MirrorTarget(Destination Destination, Share Share);

/// <summary>An HTTP route of a VirtualService, compiled once for all requests. Immutable.</summary>
internal sealed class HttpRoute
{
    public required MeshObject Owner { get; init; }
    public required JsonObject Json { get; init; }
    public string? Name { get; init; }

    /// <summary>Any of them makes the route's match; none means every request.</summary>
    public RouteMatch[] Matches { get; init; } = [];
    public Faults? Faults { get; init; }
    public Redirect? Redirect { get; init; }
    public DirectResponse? Direct { get; init; }
    public Rewrite? Rewrite { get; init; }
    public WeightedDestination[] Destinations { get; init; } = [];
    public MirrorTarget[] Mirrors { get; init; } = [];
    public TimeSpan? Timeout { get; init; }

    /// <summary>Null where the mesh's default holds.</summary>
    public RetryPolicy? Retries { get; init; }
    public CorsPolicy? Cors { get; init; }
    public HeaderOperations? Request { get; init; }
    public HeaderOperations? Response { get; init; }

    private readonly Lazy<int> _total;

    public HttpRoute() => _total = new(() => Destinations.Sum(d => d.Weight));

    public bool IsCatchAll => Matches.Length == 0 || Array.Exists(Matches, m => m.IsCatchAll);

    public static HttpRoute Of(JsonObject route, MeshObject owner) => new()
    {
        Owner = owner,
        Json = route,
        Name = route.Str("name"),
        Matches = [.. route.Objects("match").Select(m => new RouteMatch(m, owner.Namespace))],
        Faults = Faults.Of(route.Obj("fault")),
        Redirect = Redirect.Of(route.Obj("redirect")),
        Direct = DirectResponse.Of(route.Obj("directResponse")),
        Rewrite = Rewrite.Of(route.Obj("rewrite")),
        Destinations = DestinationsOf(route, owner.Namespace),
        Mirrors = [.. MirrorsOf(route, owner.Namespace)],
        Timeout = EnvoyDuration.Parse(route.Str("timeout")) is { } timeout && timeout > TimeSpan.Zero ? timeout : null,
        Retries = route.Obj("retries") is { } retries ? RetryPolicy.Of(retries, RetryPolicy.Default) : null,
        Cors = CorsPolicy.Of(route.Obj("corsPolicy")),
        Request = HeaderOperations.Of(route.Obj("headers", "request")),
        Response = HeaderOperations.Of(route.Obj("headers", "response")),
    };

    /// <summary>The match that takes a request; a route without matches takes all, with no match to show.</summary>
    public bool TryMatch(HttpCall call, RouteSource source, out RouteMatch? match)
    {
        match = null;
        if (Matches.Length == 0) return true;
        foreach (var candidate in Matches)
        {
            if (!candidate.Matches(call, source)) continue;
            match = candidate;
            return true;
        }
        return false;
    }

    /// <summary>Whether a proxy has the route at all: conditions on the proxy and its listener are decided when configuration is made.</summary>
    public bool AppliesTo(RouteSource source) => Matches.Length == 0 || Array.Exists(Matches, m => m.AppliesTo(source));

    /// <summary>A destination by weight; null when there is none.</summary>
    public WeightedDestination? Pick(Random random)
    {
        if (Destinations.Length <= 1) return Destinations is [var only] ? only : null;
        var n = random.Next(_total.Value);
        foreach (var d in Destinations)
        {
            n -= d.Weight;
            if (n < 0) return d;
        }
        return Destinations[^1];
    }

    /// <summary>Of a single destination the weight does not count; of several those without weight get nothing.</summary>
    private static WeightedDestination[] DestinationsOf(JsonObject route, string ns)
    {
        var all = route.Objects("route").Select(d => new WeightedDestination(Destination.Of(d.Obj("destination"), ns), d.Int(0, "weight"), HeaderOperations.Of(d.Obj("headers", "request")), HeaderOperations.Of(d.Obj("headers", "response"))) { Failure = (int?)d.Num("failure") }).ToArray();
        return all.Length <= 1 ? all : [.. all.Where(d => d.Weight > 0)];
    }

    private static IEnumerable<MirrorTarget> MirrorsOf(JsonObject route, string ns)
    {
        if (route.Objects("mirrors").ToList() is { Count: > 0 } several)
        {
            foreach (var mirror in several) yield return new(Destination.Of(mirror.Obj("destination"), ns), Share.Of(mirror.Obj("percentage"), 100));
        }
        else if (route.Obj("mirror") is { } one)
        {
            var share = route.Obj("mirrorPercentage") is { } percentage ? Share.Of(percentage, 100) : new Share(Share.Number(route["mirrorPercent"]) ?? Share.Number(route["mirror_percent"]) ?? 100);
            yield return new(Destination.Of(one, ns), share);
        }
    }
}

/// <summary>The proxy's own answer.</summary>
internal sealed record DirectResponse(int Status, byte[] Body)
{
    public static DirectResponse? Of(JsonObject? direct)
    {
        if (direct is null) return null;
        var bytes = Array.Empty<byte>();
        if (direct.Str("body", "string") is { } text) bytes = Encoding.UTF8.GetBytes(text);
        else if (direct.Str("body", "bytes") is { } base64 && Convert.TryFromBase64String(base64, bytes = new byte[base64.Length], out var length)) bytes = bytes[..length];
        return new(direct.Int(200, "status"), bytes);
    }

    public HttpReply Answer()
    {
        var headers = new HttpHeaders();
        if (Body.Length > 0) headers.Add("content-type", "text/plain");
        return new(Status, headers, Body, "-", "direct_response");
    }
}
