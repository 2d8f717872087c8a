using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Web.Webhooks;

/// <summary>How a message is signed, as standardwebhooks.com says.</summary>
internal static class WebhookSignature
{
    private const string Prefix = "whsec_";
    private const int ShortestSecret = 24;

    public static bool IsSecret(string secret) => Key(secret) is { Length: >= ShortestSecret };

    /// <summary>The value of the header <c>webhook-signature</c>.</summary>
    public static string Sign(string secret, string id, DateTimeOffset at, string body)
    {
        var signed = string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.{body}");
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Key(secret)!, Encoding.UTF8.GetBytes(signed)));
    }

    private static byte[]? Key(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var bytes = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) ? bytes[..length] : null;
    }
}
