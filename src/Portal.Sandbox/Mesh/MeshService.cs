using System.Net;

namespace Portal.Sandbox.Mesh;

/// <summary>Where a service's requests can go.</summary>
/// <param name="TargetPorts">Pod port behind each service port.</param>
/// <param name="MutualTls">The pod has a proxy that accepts mesh TLS (label security.istio.io/tlsMode).</param>
internal sealed record ServiceEndpoint(string Ip, string PodName, string Namespace, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<int, int> TargetPorts, bool MutualTls)
{
    /// <summary>The host outside the cluster that this stands for; null for a pod.</summary>
    public string? ExternalHost { get; init; }

    /// <summary>The share among a ServiceEntry's endpoints.</summary>
    public int Weight { get; init; } = 1;

    public int PortFor(int servicePort) => TargetPorts.GetValueOrDefault(servicePort, servicePort);
}

internal sealed record ServicePort(string Name, int Port)
{
    /// <summary>A port that does not say what is spoken there: the proxy looks at the bytes.</summary>
    public const string Sniffed = "AUTO";

    /// <summary>What is spoken there, by the port's declaration or its name, in capitals.</summary>
    public string Protocol { get; init; } = "HTTP";

    public bool IsHttp => Protocol is "HTTP" or "HTTP2" or "GRPC" or "GRPC-WEB" or Sniffed;

    /// <summary>Whether clients bring TLS of their own.</summary>
    public bool IsTls => Protocol is "HTTPS" or "TLS";

    /// <summary>Reads a declaration such as <c>http2</c>, or a port's name such as <c>grpc-api</c>.</summary>
    public static string ProtocolOf(string? appProtocol, string name, int port)
    {
        var word = (appProtocol ?? name).ToUpperInvariant();
        if (word.StartsWith("GRPC-WEB", StringComparison.Ordinal)) return "GRPC-WEB";
        word = word switch { "KUBERNETES.IO/H2C" => "HTTP2", "KUBERNETES.IO/WS" => "HTTP", "KUBERNETES.IO/WSS" => "HTTPS", _ => word.Split('-')[0] };
        return word switch
        {
            "HTTP" or "HTTP2" or "GRPC" or "TCP" or "TLS" or "HTTPS" or "MONGO" or "MYSQL" or "REDIS" or "UDP" => word,
            // Servers that speak first would wait for a client that is being sniffed (Istio's well-known ports).
            _ => port is 25 or 3306 or 27017 ? "TCP" : Sniffed,
        };
    }
}

/// <summary>A Kubernetes Service with the endpoints that are ready, or a host that a ServiceEntry declares.</summary>
internal sealed record MeshService(string Name, string Namespace, string ClusterIp, IReadOnlyList<ServicePort> Ports, IReadOnlyList<ServiceEndpoint> Endpoints)
{
    public string Host { get; init; } = $"{Name}.{Namespace}.svc.cluster.local";

    /// <summary>Declared by a ServiceEntry: how its addresses are found; null for a Kubernetes Service.</summary>
    public string? Resolution { get; init; }

    /// <summary>Addresses that a ServiceEntry declares, single ones or blocks.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Whether a ServiceEntry says that its endpoints are part of the mesh.</summary>
    public bool External { get; init; }

    /// <summary>Namespaces that may see the service; empty for all.</summary>
    public IReadOnlyList<string> ExportTo { get; init; } = [];

    /// <summary>The host that the service stands for (type ExternalName); null for others.</summary>
    public string? Alias { get; init; }

    public bool IsHeadless => Resolution is null && ClusterIp == "None";

    /// <summary>Whether requests go to the very address that the client chose.</summary>
    public bool IsOriginalDestination => IsHeadless || Resolution == "NONE";

    public ServicePort? FindPort(int port)
    {
        foreach (var p in Ports) if (p.Port == port) return p;
        return null;
    }

    public bool HasPort(int port) => FindPort(port) is not null;

    public bool IsVisibleIn(string ns)
    {
        if (ExportTo.Count == 0) return true;
        foreach (var to in ExportTo) if (to == "*" || to == ns || (to == "." && ns == Namespace)) return true;
        return false;
    }

    public bool HasAddress(IPAddress ip)
    {
        foreach (var address in Addresses)
        {
            if (address.Contains('/', StringComparison.Ordinal) ? IPNetwork.TryParse(address, out var block) && block.Contains(ip) : IPAddress.TryParse(address, out var single) && single.Equals(ip)) return true;
        }
        return false;
    }
}
