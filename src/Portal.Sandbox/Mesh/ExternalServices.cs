using System.Collections.Concurrent;
using System.Globalization;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>
/// The world outside the cluster, of which a sandbox has a model only: a few well-known hosts and those that a ServiceEntry
/// finds by DNS are there, and each answers as httpbin does. No request leaves the machine.
/// </summary>
internal sealed class ExternalServices(SandboxCluster cluster)
{
    private static readonly HashSet<string> s_wellKnown = new(StringComparer.OrdinalIgnoreCase)
    {
        "httpbin.org", "example.com", "www.example.com", "api.example.com", "www.google.com", "www.googleapis.com", "istio.io", "kubernetes.io", "edition.cnn.com", "www.wikipedia.org", "en.wikipedia.org", "api.github.com",
    };

    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.OrdinalIgnoreCase);

    public bool Exists(string host) => s_wellKnown.Contains(host) || cluster.Mesh.Config.DeclaresExternal(host);

    /// <summary>How many requests have reached a host: what its owner would count.</summary>
    public int Requests(string host) => _requests.GetValueOrDefault(host);

    public async Task<HttpReply> HandleAsync(string host, HttpCall call, CancellationToken cancellationToken)
    {
        if (!Exists(host)) return HttpReply.Fail(ConnectionFailure.Refused);
        _requests.AddOrUpdate(host, 1, static (_, n) => n + 1);
        return await Httpbin.AnswerAsync(cluster.Time, call, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An address of a host, always the same, from the network that is reserved for measurements (198.18.0.0/15).</summary>
    public static string AddressOf(string host)
    {
        var hash = 2166136261u;
        foreach (var c in host.ToLowerInvariant()) hash = (hash ^ c) * 16777619u;
        return string.Create(CultureInfo.InvariantCulture, $"198.18.{(hash >> 8) % 256}.{(hash % 254) + 1}");
    }
}
