using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs;

/// <summary>What a mounted <c>nginx.conf</c> says about listening: ports, and the certificate of those that speak TLS.</summary>
internal static partial class NginxConfiguration
{
    private const string File = "/etc/nginx/nginx.conf";

    public static bool Listens(ContainerInstance container, int port) => Read(container) is { } text && Listen().Matches(text).Any(m => m.Groups[1].Value == port.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Certificate and key, in PEM, of a port that speaks TLS; null of others.</summary>
    public static string? Certificate(ContainerInstance container, int port)
    {
        if (Read(container) is not { } text || !Listen().Matches(text).Any(m => m.Groups[1].Value == port.ToString(System.Globalization.CultureInfo.InvariantCulture) && m.Groups[2].Success)) return null;
        var (certificate, key) = (Value(container, CertificateFile().Match(text)), Value(container, KeyFile().Match(text)));
        return certificate is null || key is null ? null : certificate + "\n" + key;
    }

    private static string? Read(ContainerInstance container) => container.Files.ReadText(File);

    private static string? Value(ContainerInstance container, Match match) => match.Success ? container.Files.ReadText(match.Groups[1].Value) : null;

    [GeneratedRegex(@"\blisten\s+(\d+)(\s+ssl)?[^;]*;")]
    private static partial Regex Listen();

    [GeneratedRegex(@"\bssl_certificate\s+([^;\s]+)\s*;")]
    private static partial Regex CertificateFile();

    [GeneratedRegex(@"\bssl_certificate_key\s+([^;\s]+)\s*;")]
    private static partial Regex KeyFile();
}
