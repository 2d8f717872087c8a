using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>One server of a Gateway object, as one gateway pod listens for it.</summary>
/// <param name="Number">The port as the object says it: what rules match by.</param>
/// <param name="Port">The port of the pod.</param>
internal sealed record GatewayServer(MeshObject Gateway, JsonObject Json, int Number, int Port)
{
    public string Protocol { get; } = (Json.Str("port", "protocol") ?? "HTTP").ToUpperInvariant();
    public string PortName { get; } = Json.Str("port", "name") ?? "";
    public string TlsMode { get; } = Json.Obj("tls") is null ? "" : Json.Str("tls", "mode") ?? "SIMPLE";
    public bool RedirectsToHttps { get; } = Json.Flag("tls", "httpsRedirect") == true;
    public IReadOnlyList<string> Hosts { get; } = [.. Json.Strings("hosts")];

    public bool IsHttp => Protocol is "HTTP" or "HTTP2" or "GRPC" or "GRPC-WEB" || IsHttps;

    /// <summary>TLS that ends here, with HTTP inside.</summary>
    public bool IsHttps => Protocol == "HTTPS" && !IsPassthrough;
    public bool IsPassthrough => TlsMode is "PASSTHROUGH" or "AUTO_PASSTHROUGH";

    /// <summary>Whether clients have to speak TLS.</summary>
    public bool IsTls => Protocol is "HTTPS" or "TLS";
    public bool IsMeshTls => TlsMode == "ISTIO_MUTUAL";

    /// <summary>The name of the server's route configuration.</summary>
    public string RouteName => IsHttps ? $"https.{Number}.{PortName}.{Gateway.Name}.{Gateway.Namespace}" : $"http.{Port}";

    /// <summary>How well a server fits the name that a client asks for; negative when it does not.</summary>
    public int Fits(string serverName)
    {
        var best = -1;
        foreach (var host in Hosts.Select(WithoutNamespace))
            if (MeshConfig.HostMatches(host, serverName)) best = Math.Max(best, host == "*" ? 0 : host.StartsWith('*') ? host.Length : 1000 + host.Length);
        return best;
    }

    /// <summary>The hosts that a VirtualService and this server have in common: of each pair the narrower one.</summary>
    public IEnumerable<string> Common(MeshObject virtualService)
    {
        foreach (var host in virtualService.Spec.Strings("hosts").Select(h => MeshConfig.Qualify(h, virtualService.Namespace)))
        {
            foreach (var own in Hosts)
            {
                var slash = own.IndexOf('/', StringComparison.Ordinal);
                if (slash >= 0 && own[..slash] is var ns && ns != "*" && (ns == "." ? Gateway.Namespace : ns) != virtualService.Namespace) continue;
                var mine = WithoutNamespace(own).ToLowerInvariant();
                if (MeshConfig.HostMatches(mine, host)) yield return host;
                else if (MeshConfig.HostMatches(host, mine)) yield return mine;
            }
        }
    }

    public static string WithoutNamespace(string host) => host[(host.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
