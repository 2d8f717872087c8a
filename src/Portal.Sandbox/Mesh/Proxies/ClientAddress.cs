using System.Net;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>What a gateway tells of the client: who it is behind the proxies that are trusted, and whether it is of a private network.</summary>
internal static class ClientAddress
{
    private static readonly IPNetwork[] s_private = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"), IPNetwork.Parse("127.0.0.0/8"), IPNetwork.Parse("fd00::/8")];

    /// <param name="from">The other end of the connection.</param>
    /// <param name="trusted">How many proxies before this one are believed.</param>
    public static void Note(HttpHeaders headers, string from, bool tls, int trusted)
    {
        var before = headers["x-forwarded-for"];
        var forwarded = before?.Split(',', StringSplitOptions.TrimEntries) ?? [];
        headers["x-forwarded-for"] = before is null ? from : $"{before},{from}";
        // A trusted proxy may have ended the TLS.
        if (trusted == 0 || headers["x-forwarded-proto"] is not ("http" or "https")) headers["x-forwarded-proto"] = tls ? "https" : "http";
        var client = trusted > 0 && forwarded.Length >= trusted ? forwarded[^trusted] : from;
        headers.Remove("x-envoy-internal");
        headers.Remove("x-envoy-external-address");
        if (IPAddress.TryParse(client, out var ip) && Array.Exists(s_private, n => n.Contains(ip))) headers["x-envoy-internal"] = "true";
        else headers["x-envoy-external-address"] = client;
    }
}
