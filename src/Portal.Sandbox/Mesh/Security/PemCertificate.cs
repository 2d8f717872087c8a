using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>Questions about certificates in PEM.</summary>
internal static class PemCertificate
{
    /// <summary>Whether one of the authorities has signed the certificate (or is it). Times are not looked at: lessons outlive them.</summary>
    public static bool IsSignedBy(string certificate, string authorities)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(certificate);
            return IsSignedBy(leaf, authorities);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    public static bool IsSignedBy(X509Certificate2 leaf, string authorities)
    {
        try
        {
            var trusted = new X509Certificate2Collection();
            trusted.ImportFromPem(authorities);
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
            chain.ChainPolicy.ExtraStore.AddRange(trusted);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid | X509VerificationFlags.AllowUnknownCertificateAuthority;
            return chain.Build(leaf) && chain.ChainElements[^1].Certificate is var root && trusted.Any(t => t.RawData.AsSpan().SequenceEqual(root.RawData));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>Whether the certificate is for a host, by its alternative names or, without any, its subject.</summary>
    public static bool IsFor(string certificate, string host)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(certificate);
            return leaf.MatchesHostname(host);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
