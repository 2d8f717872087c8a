using System.Collections.Concurrent;
using System.Globalization;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>
/// The world outside the cluster, of which a sandbox has a model only: a few well-known hosts and those that a ServiceEntry
/// finds by DNS are there, and each answers as httpbin does, with TLS on the ports that usually have it. No request leaves the machine.
/// </summary>
internal sealed class ExternalServices(SandboxCluster cluster)
{
    private static readonly HashSet<string> s_wellKnown = new(StringComparer.OrdinalIgnoreCase)
    {
        "httpbin.org", "example.com", "www.example.com", "api.example.com", "www.google.com", "www.googleapis.com", "istio.io", "kubernetes.io", "edition.cnn.com", "www.wikipedia.org", "en.wikipedia.org", "de.wikipedia.org", "api.github.com",
    };

    private static readonly Dictionary<string, string> s_byAddress = s_wellKnown.DistinctBy(AddressOf).ToDictionary(AddressOf);

    private readonly ConcurrentDictionary<string, int> _requests = new(StringComparer.OrdinalIgnoreCase);

    public bool Exists(string host) => s_wellKnown.Contains(host) || cluster.Mesh.Config.DeclaresExternal(host);

    /// <summary>The host of an address; null when nobody is there.</summary>
    public string? HostAt(string ip) => s_byAddress.GetValueOrDefault(ip) ?? cluster.Mesh.Config.ExternalAt(ip);

    /// <summary>How many requests have reached a host: what its owner would count.</summary>
    public int Requests(string host) => _requests.GetValueOrDefault(host);

    public async ValueTask<HttpReply> HandleAsync(string host, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (!Exists(host)) return HttpReply.Fail(ConnectionFailure.Refused);
        var tls = port is 443 or 8443;
        if (tls != call.Tls is not null) return call.Tls is not null || call.Raw ? HttpReply.Fail(ConnectionFailure.TlsMismatch) : HttpReply.Of(400, "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n<center>The plain HTTP request was sent to HTTPS port</center>\r\n</body>\r\n</html>\r\n", "text/html");
        if (call.Raw) return HttpReply.Fail(ConnectionFailure.Reset);
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
