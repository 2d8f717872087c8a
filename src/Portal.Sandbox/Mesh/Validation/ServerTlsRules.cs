using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>TLS of a gateway's server and of a sidecar's ingress listener.</summary>
internal static class ServerTlsRules
{
    private static readonly HashSet<string> s_ciphers =
    [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA", "DES-CBC3-SHA",
    ];

    /// <summary>The certificates that a server can be given, and what a mesh's own TLS calls them.</summary>
    private static readonly (string Field, string Name)[] s_sources =
    [
        ("serverCertificate", "server certificate"), ("privateKey", "private key"), ("caCertificates", "CA bundle"), ("tlsCertificates", "tlsCertificates"), ("credentialName", "credentialName"), ("credentialNames", "credentialNames"),
    ];

    public static void Check(JsonObject? tls, Findings f)
    {
        if (tls is null) return;
        bool Is(string field) => tls[field] is JsonArray { Count: > 0 } || !string.IsNullOrEmpty(tls.Str(field));
        Ciphers(tls, f);
        var mode = tls.Str("mode") ?? "PASSTHROUGH";
        if (mode == "ISTIO_MUTUAL")
        {
            foreach (var (field, name) in s_sources.Where(s => Is(s.Field))) f.Error($"ISTIO_MUTUAL TLS cannot have associated {name}");
            return;
        }
        if (mode is "PASSTHROUGH" or "AUTO_PASSTHROUGH" && (Is("caCrl") || s_sources.Any(s => Is(s.Field)))) f.Warn($"{mode} mode does not use certificates, they will be ignored");
        var ways = new[] { Is("serverCertificate") && Is("privateKey"), Is("credentialName"), Is("credentialNames"), Is("tlsCertificates") };
        if (ways.Count(w => w) > 1) f.Error("only one of credential_name, credential_names, server_certificate/private_key, tls_certificates should be specified");
        var terminates = mode is "SIMPLE" or "MUTUAL" or "OPTIONAL_MUTUAL";
        // Credentials hold everything that follows.
        if (terminates && (Is("credentialName") || Is("credentialNames"))) return;
        if (terminates) Certificates(tls, mode == "SIMPLE" ? "SIMPLE TLS" : "MUTUAL TLS", f);
        if (!Is("caCrl")) return;
        if (Is("credentialName")) f.Error("CRL is not supported with credentialName. CRL has to be specified in the credential");
        if (mode == "SIMPLE") f.Error("CRL is not supported with SIMPLE TLS");
    }

    private static void Certificates(JsonObject tls, string what, Findings f)
    {
        if (what != "SIMPLE TLS" && string.IsNullOrEmpty(tls.Str("caCertificates"))) f.Error($"{what} requires a client CA bundle");
        var pairs = tls.Objects("tlsCertificates").ToList();
        if (pairs.Count > 2) f.Warn($"{what} can support up to 2 server certificates");
        foreach (var pair in pairs.Count > 0 ? pairs : [tls])
        {
            if (string.IsNullOrEmpty(pair.Str("serverCertificate"))) f.Error($"{what} requires a server certificate");
            if (string.IsNullOrEmpty(pair.Str("privateKey"))) f.Error($"{what} requires a private key");
        }
    }

    private static void Ciphers(JsonObject tls, Findings f)
    {
        var suites = tls.Strings("cipherSuites").ToList();
        if (tls.Str("minProtocolVersion") is "TLSV1_0" or "TLSV1_1" && suites.Count == 0) f.Warn("TLS version below TLSV1_2 require setting compatible ciphers as by default they no longer include compatible ciphers.");
        var invalid = suites.Where(s => !IsCipher(s)).ToHashSet();
        if (invalid.Count > 0) f.Warn($"ignoring invalid cipher suites: {GoText.List(invalid.Order(StringComparer.Ordinal))}");
        var twice = suites.Where(IsCipher).GroupBy(s => s).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        if (twice.Count > 0) f.Warn($"ignoring duplicate cipher suites: {GoText.List(twice.Order(StringComparer.Ordinal))}");
    }

    /// <summary>Expressions of OpenSSL begin with an operator and are let through.</summary>
    private static bool IsCipher(string suite) => suite is "" or "ALL" || !char.IsLetterOrDigit(suite[0]) || s_ciphers.Contains(suite);
}
