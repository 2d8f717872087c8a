using System.Collections.Concurrent;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Sandbox.Streaming;

/// <summary>Certificates that gateways and programs show, read from PEM once.</summary>
internal static class ServerCertificates
{
    private const int MaxKept = 64;

    private static readonly ConcurrentDictionary<string, SslStreamCertificateContext> s_known = new(StringComparer.Ordinal);

    /// <exception cref="IOException">The text is no certificate with its key.</exception>
    public static SslStreamCertificateContext For(string pem)
    {
        if (s_known.TryGetValue(pem, out var known)) return known;
        if (s_known.Count >= MaxKept) s_known.Clear();
        try
        {
            using var read = X509Certificate2.CreateFromPem(pem, pem);
            // Re-imported, because an ephemeral key cannot be used by a TLS server on every platform.
            var certificate = X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pkcs12), null);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            return s_known[pem] = SslStreamCertificateContext.Create(certificate, chain, offline: true);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new IOException("the certificate cannot be read", e);
        }
    }
}
