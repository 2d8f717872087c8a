using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Proxies;

/// <summary>How a server ends a TLS connection.</summary>
/// <param name="Certificate">Its certificate and key, in PEM.</param>
/// <param name="ClientAuthority">The certificates by which clients are judged, in PEM; null where they are not asked for one.</param>
/// <param name="ClientRequired">Whether clients without a certificate are refused.</param>
internal sealed record TlsServer(string Certificate, string? ClientAuthority, bool ClientRequired);

/// <summary>A program that ends TLS connections itself, by the name that the client asks for.</summary>
internal interface IEndsTls
{
    /// <summary>Whether a port speaks TLS.</summary>
    bool IsTls(ContainerInstance container, int port);

    /// <summary>Null when there is no server for that name: the handshake fails.</summary>
    TlsServer? Handshake(ContainerInstance container, int port, string serverName);
}
