using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Secrets that gateways present.</summary>
internal static class GatewayCredential
{
    /// <summary>Whether a secret has a key and a certificate that can be read and is in its time.</summary>
    public static bool IsValid(JsonObject secret, TimeProvider time)
    {
        var certificate = Has(secret, "cert", "key") ? Value(secret, "cert") : Has(secret, "tls.crt", "tls.key") ? Value(secret, "tls.crt") : null;
        if (certificate is null) return false;
        try
        {
            using var read = X509Certificate2.CreateFromPem(Encoding.UTF8.GetString(certificate));
            var now = time.GetUtcNow().UtcDateTime;
            return now >= read.NotBefore.ToUniversalTime() && now <= read.NotAfter.ToUniversalTime();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static bool Has(JsonObject secret, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Value(secret, key) is not { Length: > 0 }) return false;
        }
        return true;
    }

    private static byte[]? Value(JsonObject secret, string key)
    {
        if (secret.Str("stringData", key) is { } text) return Encoding.UTF8.GetBytes(text);
        try
        {
            return secret.Str("data", key) is { } encoded ? Convert.FromBase64String(encoded) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
