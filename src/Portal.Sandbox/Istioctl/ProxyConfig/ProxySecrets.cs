using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Istioctl.Security;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config secret</c>: the workload's own certificate, the mesh's authority and what gateways' servers name.</summary>
internal static class ProxySecrets
{
    private const string Redacted = "W3JlZGFjdGVkXQ==";

    /// <param name="Pem">Null while the secret is not there.</param>
    private sealed record Secret(string Name, string Type, string? Pem);

    public static ProxyConfigDump Read(PodInstance pod, Invocation arguments)
    {
        var secrets = Of(pod).ToList();
        var now = pod.Cluster.Now;
        var json = new JsonObject { ["@type"] = "type.googleapis.com/envoy.admin.v3.SecretsConfigDump" };
        foreach (var (list, there) in new[] { ("dynamicActiveSecrets", true), ("dynamicWarmingSecrets", false) })
            if (secrets.Where(s => s.Pem is not null == there).Select(s => (JsonNode)Json(s, pod)).ToArray() is { Length: > 0 } found) json[list] = new JsonArray(found);
        return new(["RESOURCE NAME", "TYPE", "STATUS", "VALID CERT", "SERIAL NUMBER", "NOT AFTER", "NOT BEFORE"], [.. secrets.Select(s => Row(s, now))], json);
    }

    private static IEnumerable<Secret> Of(PodInstance pod)
    {
        var authority = MeshAuthority.Of(pod.Cluster);
        yield return new("default", "Cert Chain", authority.CertificateOf(pod));
        yield return new("ROOTCA", "CA", authority.RootPem);
        if (pod.HasSidecar) yield break;
        var gateway = pod.Cluster.Mesh.Config.GatewayOf(pod);
        foreach (var (name, servers) in gateway.Servers.Where(s => s.IsTls && !s.IsMeshTls && !s.IsPassthrough).Select(s => (Name: s.Json.Str("tls", "credentialName"), Server: s)).Where(s => s.Name is not null).GroupBy(s => s.Name!, s => s.Server).Select(g => (g.Key, g.ToList())))
        {
            var credential = servers.Select(gateway.Credential).FirstOrDefault(c => c is not null);
            yield return new("kubernetes://" + name, credential is null ? "" : "Cert Chain", credential?.Certificate);
            if (servers.Exists(s => s.TlsMode is "MUTUAL" or "OPTIONAL_MUTUAL")) yield return new($"kubernetes://{name}-cacert", credential is null ? "" : "CA", credential?.ClientAuthority);
        }
    }

    private static string[] Row(Secret secret, DateTimeOffset now)
    {
        if (secret.Pem is null) return [secret.Name, secret.Type, "WARMING", "false", "", "", ""];
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(secret.Pem);
            var valid = now >= certificate.NotBefore && now <= certificate.NotAfter;
            return [secret.Name, secret.Type, "ACTIVE", valid ? "true" : "false", certificate.SerialNumber.ToLowerInvariant().TrimStart('0'), Time(certificate.NotAfter), Time(certificate.NotBefore)];
        }
        catch (CryptographicException)
        {
            return [secret.Name, secret.Type, "ACTIVE", "false", "", "", ""];
        }
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Json(Secret secret, PodInstance pod)
    {
        var content = new JsonObject { ["@type"] = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret", ["name"] = secret.Name };
        if (secret.Pem is { } pem)
        {
            var bytes = new JsonObject { ["inlineBytes"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(Certificates(pem))) };
            if (secret.Type == "CA") content["validationContext"] = new JsonObject { ["trustedCa"] = bytes };
            else content["tlsCertificate"] = new JsonObject { ["certificateChain"] = bytes, ["privateKey"] = new JsonObject { ["inlineBytes"] = Redacted } };
        }
        return new() { ["name"] = secret.Name, ["versionInfo"] = "1", ["lastUpdated"] = Time(pod.Sidecar!.StartedAt.UtcDateTime), ["secret"] = content };
    }

    /// <summary>Without the key that may stand behind them.</summary>
    private static string Certificates(string pem)
    {
        const string End = "-----END CERTIFICATE-----";
        var end = pem.LastIndexOf(End, StringComparison.Ordinal);
        return end < 0 ? pem : pem[..(end + End.Length)] + "\n";
    }
}
