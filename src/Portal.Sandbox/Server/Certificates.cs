using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Sandbox;

/// <summary>A certificate authority and a server certificate for the loopback interface, made in memory at start.</summary>
internal sealed class Certificates : IDisposable
{
    /// <summary>Before and after: clients stay connected when the clock is set.</summary>
    private const int Years = 10;

    public Certificates(TimeProvider time)
    {
        var now = time.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=sandbox-ca", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, false));
        using var authorityCertificate = authority.CreateSelfSigned(now.AddYears(-Years), now.AddYears(Years));
        AuthorityPem = authorityCertificate.ExportCertificatePem();

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=sandbox", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        server.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var serial = new byte[12];
        RandomNumberGenerator.Fill(serial);
        using var signed = server.Create(authorityCertificate, now.AddYears(-Years), now.AddYears(Years), serial);
        using var withKey = signed.CopyWithPrivateKey(serverKey);
        // Re-imported, because an ephemeral key cannot be used by a TLS server on every platform.
        Server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    public string AuthorityPem { get; }
    public X509Certificate2 Server { get; }

    public void Dispose() => Server.Dispose();
}
