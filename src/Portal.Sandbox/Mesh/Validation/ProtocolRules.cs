namespace Portal.Sandbox.Mesh.Validation;

/// <summary>The protocols that a port can be said to speak; letter case does not matter.</summary>
internal static class ProtocolRules
{
    private static readonly HashSet<string> s_http = new(StringComparer.OrdinalIgnoreCase) { "http", "http2", "http_proxy", "grpc", "grpc-web" };
    private static readonly HashSet<string> s_tcp = new(StringComparer.OrdinalIgnoreCase) { "tcp", "https", "tls", "mongo", "redis", "mysql" };
    private static readonly HashSet<string> s_other = new(StringComparer.OrdinalIgnoreCase) { "udp", "hbone", "double-hbone" };

    public static bool IsHttp(string protocol) => s_http.Contains(protocol);

    /// <summary>On top of TCP and not HTTP in the clear.</summary>
    public static bool IsTcp(string protocol) => s_tcp.Contains(protocol);

    public static bool IsTls(string protocol) => protocol.Equals("https", StringComparison.OrdinalIgnoreCase) || protocol.Equals("tls", StringComparison.OrdinalIgnoreCase);

    public static bool IsKnown(string protocol) => IsHttp(protocol) || IsTcp(protocol) || s_other.Contains(protocol);

    /// <summary>An empty one is found out from the traffic.</summary>
    public static string? Problem(string protocol) => protocol.Length == 0 || IsKnown(protocol) ? null : $"unsupported protocol: {protocol}";
}
