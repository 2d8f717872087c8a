using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>TLS towards a host.</summary>
internal static class ClientTlsRules
{
    public static void Check(JsonObject? tls, string ns, Findings f)
    {
        if (tls is null) return;
        bool Is(string field) => !string.IsNullOrEmpty(tls.Str(field));
        var mode = tls.Str("mode");
        if (tls.Str("credentialName") is { } credential && credential.StartsWith("configmap://", StringComparison.Ordinal)) f.Error(ConfigMap(credential, ns));
        if (tls.Flag("insecureSkipVerify") == true)
        {
            var names = tls.Strings("subjectAltNames").Any();
            if (mode == "SIMPLE" && (Is("caCertificates") || Is("credentialName") || names)) f.Error("cannot specify CaCertificates or CredentialName or SubjectAltNames when InsecureSkipVerify is set true");
            if (mode == "MUTUAL" && (Is("caCertificates") || names)) f.Error("cannot specify CaCertificates or SubjectAltNames when InsecureSkipVerify is set true");
        }
        if (mode is "SIMPLE" or "MUTUAL" && Is("credentialName"))
        {
            if (Is("clientCertificate") || Is("caCertificates") || Is("privateKey") || Is("caCrl")) f.Error("cannot specify client certificates or CA certificate or CA CRL If credentialName is set");
            return;
        }
        if (mode != "MUTUAL") return;
        if (!Is("clientCertificate")) f.Error("client certificate required for mutual tls");
        if (!Is("privateKey")) f.Error("private key required for mutual tls");
    }

    /// <summary><c>configmap://namespace/name</c>, or the name alone.</summary>
    private static string? ConfigMap(string credential, string ns)
    {
        var parts = credential["configmap://".Length..].Split('/');
        if (parts.Length > 2 || parts.Contains("")) return $"invalid configmap:// credentialName: invalid resource name {GoText.Quote(credential)}. Expected namespace and name";
        return parts.Length == 2 && parts[0] != ns ? $"invalid configmap:// credentialName: namespace must match the configuration namespace {GoText.Quote(ns)}" : null;
    }
}
