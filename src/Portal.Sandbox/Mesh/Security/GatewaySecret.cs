using System.Text;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.Security;

/// <summary>A gateway's certificate from a Secret: <c>tls.crt</c> and <c>tls.key</c>, or <c>cert</c> and <c>key</c>; clients' authorities from <c>ca.crt</c> or <c>cacert</c>, there or in the secret with <c>-cacert</c>.</summary>
internal static class GatewaySecret
{
    public static TlsServer? Read(StoreSnapshot snapshot, string ns, string name, string mode)
    {
        var secret = snapshot.Find("secrets", ns, name)?.Parse();
        string? Value(System.Text.Json.Nodes.JsonObject? o, string key)
        {
            try
            {
                return o.Str("data", key) is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
            }
            catch (FormatException)
            {
                return null;
            }
        }
        var certificate = Value(secret, "tls.crt") ?? Value(secret, "cert");
        var key = Value(secret, "tls.key") ?? Value(secret, "key");
        if (certificate is null || key is null) return null;
        if (mode is not ("MUTUAL" or "OPTIONAL_MUTUAL")) return new(certificate + "\n" + key, null, false);
        var authority = Value(secret, "ca.crt") ?? Value(secret, "cacert") ?? (snapshot.Find("secrets", ns, name + "-cacert")?.Parse() is { } second ? Value(second, "ca.crt") ?? Value(second, "cacert") : null);
        return authority is null ? null : new(certificate + "\n" + key, authority, mode == "MUTUAL");
    }
}
