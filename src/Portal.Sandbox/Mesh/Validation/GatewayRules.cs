using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class GatewayRules
{
    public static void Check(MeshObject o, Findings f)
    {
        if (!HostRules.IsLabel(o.Name)) f.Error($"invalid gateway name: {GoText.Quote(o.Name)}");
        var servers = o.Spec.Objects("servers").ToList();
        if (servers.Count == 0) f.Error("gateway must have at least one server");
        foreach (var server in servers) Server(server, f);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var server in servers)
        {
            if (server.Obj("port") is not { } port) continue;
            var name = port.Str("name") ?? "";
            if (!names.Add(name)) f.Error($"port names in servers must be unique: duplicate name {name}");
            if (!ProtocolRules.IsHttp(port.Str("protocol") ?? "") && server.Flag("tls", "httpsRedirect") == true) f.Warn("tls.httpsRedirect should only be used with http servers");
        }
    }

    private static void Server(JsonObject server, Findings f)
    {
        if (!server.Strings("hosts").Any()) f.Error("server config must contain at least one host");
        foreach (var host in server.Strings("hosts")) HostRules.NamespacedHost(host, gateway: true, f);
        var bind = server.Str("bind") ?? "";
        var before = f.Errors.Count;
        Port(server.Obj("port"), bind, f);
        var portIsRight = f.Errors.Count == before;
        Bind(server.Obj("port"), bind, f);
        var tls = server.Obj("tls");
        ServerTlsRules.Check(tls, f);
        if (portIsRight) Secured(server.Str("port", "protocol")!, tls, f);
    }

    private static void Port(JsonObject? port, string bind, Findings f)
    {
        if (port is null)
        {
            f.Error("port is required");
            return;
        }
        var (protocol, number) = (port.Str("protocol") ?? "", port.Num("number") ?? 0);
        if (!ProtocolRules.IsKnown(protocol)) f.Error($"invalid protocol {GoText.Quote(protocol)}, supported protocols are HTTP, HTTP2, GRPC, GRPC-WEB, MONGO, REDIS, MYSQL, TCP");
        if (number > 0 || !bind.StartsWith(AddressRules.UnixPrefix, StringComparison.Ordinal)) f.Error(AddressRules.Port(number));
        if (port.Num("targetPort") > 0) f.Error("targetPort has no impact on Gateways");
        if (string.IsNullOrEmpty(port.Str("name"))) f.Error($"port name must be set: {Text(port)}");
    }

    private static void Bind(JsonObject? port, string bind, Findings f)
    {
        if (bind.StartsWith(AddressRules.UnixPrefix, StringComparison.Ordinal))
        {
            f.Error(AddressRules.UnixPath(bind[AddressRules.UnixPrefix.Length..]));
            if (port is not null && port.Num("number") is not (null or 0)) f.Error($"port number must be 0 for unix domain socket: {Text(port)}");
        }
        else if (bind.Length > 0) f.Error(AddressRules.Address(bind));
    }

    /// <summary>TLS is for HTTPS and TLS; a plain HTTP server can only redirect to it.</summary>
    private static void Secured(string protocol, JsonObject? tls, Findings f)
    {
        if (ProtocolRules.IsTls(protocol))
        {
            if (tls is null) f.Error("server must have TLS settings for HTTPS/TLS protocols");
        }
        else if (tls is not null && !ProtocolRules.IsHttp(protocol)) f.Error("server cannot have TLS settings for non HTTPS/TLS ports");
        else if (tls is not null && ((tls.Str("mode") ?? "PASSTHROUGH") is not ("PASSTHROUGH" or "AUTO_PASSTHROUGH") || new[] { "caCertificates", "privateKey", "serverCertificate" }.Any(c => !string.IsNullOrEmpty(tls.Str(c)))))
            f.Error("server cannot have TLS settings for plain text HTTP ports");
    }

    /// <summary>The message as protobuf prints it.</summary>
    private static string Text(JsonObject port)
    {
        var fields = new List<string>();
        if (port.Num("number") is not (null or 0) and var number) fields.Add($"number:{number}");
        foreach (var field in (ReadOnlySpan<string>)["protocol", "name"])
        {
            if (port.Str(field) is { Length: > 0 } value) fields.Add($"{field}:{GoText.Quote(value)}");
        }
        if (port.Num("targetPort") is not (null or 0) and var target) fields.Add($"target_port:{target}");
        return string.Join("  ", fields);
    }
}
