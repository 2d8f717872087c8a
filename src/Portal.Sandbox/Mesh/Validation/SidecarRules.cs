using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class SidecarRules
{
    private static readonly string[] s_locals = ["", "127.0.0.1", "0.0.0.0", "::1", "::"];

    public static void Check(MeshObject o, Findings f)
    {
        if (!LabelRules.WorkloadSelector(o.Spec.Obj("workloadSelector"), "sidecar", f)) return;
        var (ingress, egress) = (o.Spec.Objects("ingress").ToList(), o.Spec.Objects("egress").ToList());
        if (ingress.Count + egress.Count == 0 && o.Spec.Obj("outboundTrafficPolicy") is null && o.Spec.Obj("inboundConnectionPool") is null)
        {
            f.Only("sidecar: empty configuration provided");
            return;
        }
        var ports = new HashSet<long>();
        foreach (var listener in ingress) Ingress(listener, ports, f);
        ConnectionPoolRules.Check(o.Spec.Obj("inboundConnectionPool"), f);
        SidecarEgressRules.Check(egress, o.Namespace, f);
        Outbound(o.Spec.Obj("outboundTrafficPolicy"), f);
    }

    private static void Ingress(JsonObject listener, HashSet<long> ports, Findings f)
    {
        if (listener.Obj("port") is not { } port)
        {
            f.Error("sidecar: port is required for ingress listeners");
            return;
        }
        var (protocol, number) = (port.Str("protocol") ?? "", port.Num("number") ?? 0);
        if (port.Num("targetPort") > 0) f.Error("targetPort has no impact on Sidecars");
        Port(port, f);
        f.Error(AddressRules.Port(number));
        if (listener.Str("bind") is { Length: > 0 } bind) f.Error(AddressRules.Address(bind));
        if (!ports.Add(number)) f.Error("sidecar: ports on IP bound listeners must be unique");
        if (listener.Str("defaultEndpoint") is { Length: > 0 } endpoint) DefaultEndpoint(endpoint, f);
        if (listener.Obj("tls") is { } tls) Tls(tls, protocol, f);
        ConnectionPoolRules.Check(listener.Obj("connectionPool"), f);
        if (listener.Obj("connectionPool", "http") is not null && !ProtocolRules.IsHttp(protocol))
            f.Warn($"sidecar: HTTP connection pool settings are configured for port {number} ({GoText.Quote(port.Str("name") ?? "")}) but its protocol is not HTTP ({protocol}); only TCP settings will apply");
    }

    /// <summary>A name is not needed.</summary>
    public static void Port(JsonObject port, Findings f)
    {
        if (port.Str("name") is { Length: > 0 } name) f.Error(AddressRules.PortName(name));
        f.Error(ProtocolRules.Problem(port.Str("protocol") ?? ""));
    }

    private static void DefaultEndpoint(string endpoint, Findings f)
    {
        if (endpoint.StartsWith(AddressRules.UnixPrefix, StringComparison.Ordinal))
        {
            f.Error(AddressRules.UnixPath(endpoint[AddressRules.UnixPrefix.Length..]));
            return;
        }
        var (host, port, problem) = AddressRules.Split(endpoint);
        f.Error(problem);
        if (!s_locals.Contains(host)) f.Error("sidecar: defaultEndpoint must be of form 127.0.0.1:<port>,0.0.0.0:<port>,[::1]:port,[::]:port,unix://filepath or unset");
        if (GoText.NotANumber(port, "Atoi", signed: true) is { } notNumber) f.Error($"sidecar: defaultEndpoint port ({port}) is not a number: {notNumber}");
        else f.Error(AddressRules.Port(long.Parse(port, null)));
    }

    private static void Tls(JsonObject tls, string protocol, Findings f)
    {
        if (tls.Strings("subjectAltNames").Any()) f.Error("sidecar: subjectAltNames is not supported in ingress tls");
        if (tls.Flag("httpsRedirect") == true) f.Error("sidecar: httpsRedirect is not supported");
        if (!string.IsNullOrEmpty(tls.Str("credentialName"))) f.Error("sidecar: credentialName is not currently supported");
        if (tls.Strings("credentialNames").Any()) f.Error("sidecar: credentialNames is not currently supported");
        if (tls.Objects("tlsCertificates").Any()) f.Error("sidecar: tls_certificates is not currently supported");
        if (tls.Str("mode") is ("ISTIO_MUTUAL" or "AUTO_PASSTHROUGH") and var mode) f.Error($"configuration is invalid: cannot set mode to {mode} in sidecar ingress tls");
        if (!ProtocolRules.IsTls(protocol)) f.Error("server cannot have TLS settings for non HTTPS/TLS ports");
        ServerTlsRules.Check(tls, f);
    }

    private static void Outbound(JsonObject? policy, Findings f)
    {
        if (policy.Obj("egressProxy") is not { } proxy) return;
        if (policy.Str("mode") != "ALLOW_ANY")
        {
            f.Error("sidecar: egress_proxy must be set only with ALLOW_ANY outbound_traffic_policy mode");
            return;
        }
        f.Error(HostRules.Fqdn(proxy.Str("host") ?? ""));
        if (proxy.Obj("port") is null) f.Error("sidecar: egress_proxy port must be non-nil");
        else HttpRouteRules.Destination(proxy, f);
    }
}
