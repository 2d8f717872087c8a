using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Workloads outside of Kubernetes: single ones, groups of them, endpoints of a ServiceEntry.</summary>
internal static class WorkloadRules
{
    public static void Entry(MeshObject o, Findings f) => Endpoint(o.Spec, null, names: true, f);

    /// <param name="ports">Names of the service's ports; null when the service is not known.</param>
    /// <param name="names">The address may be a host's name.</param>
    public static void Endpoint(JsonObject endpoint, HashSet<string>? ports, bool names, Findings f)
    {
        var address = endpoint.Str("address") ?? "";
        var isUnix = address.StartsWith(AddressRules.UnixPrefix, StringComparison.Ordinal);
        if (address.Length == 0)
        {
            var network = endpoint.Str("network") ?? "";
            if (network.Length == 0)
            {
                f.Error("address is required");
                return;
            }
            f.Warn($"address is unset with network {GoText.Quote(network)}");
        }
        if (isUnix)
        {
            f.Error(AddressRules.UnixPath(address[AddressRules.UnixPrefix.Length..]));
            if (endpoint.Obj("ports") is { Count: > 0 }) f.Error($"unix endpoint {address} must not include ports");
        }
        else if (address.Length > 0 && !AddressRules.IsAddress(address))
        {
            if (!names) f.Error($"endpoint address {GoText.Quote(address)} is not a valid IP address");
            else if (HostRules.Fqdn(address) is not null) f.Error($"endpoint address {GoText.Quote(address)} is not a valid FQDN or an IP address");
        }
        Ports(endpoint, ports, f);
        LabelRules.Check(endpoint.Obj("labels"), f);
        if (isUnix && ports is not null && ports.Count != 1) f.Error("exactly 1 service port required for unix endpoints");
    }

    public static void Ports(JsonObject endpoint, HashSet<string>? known, Findings f)
    {
        foreach (var (name, value) in endpoint.Obj("ports") ?? [])
        {
            var port = value.Num() ?? 0;
            if (known?.Contains(name) == false) f.Error($"endpoint port {port} is not defined by the service entry");
            f.Error(AddressRules.PortName(name));
            f.Error(AddressRules.Port(port));
        }
    }

    public static void Group(MeshObject o, Findings f)
    {
        if (o.Spec.Obj("template") is null)
        {
            f.Error("template is required");
            return;
        }
        var labels = new Findings();
        LabelRules.Check(o.Spec.Obj("metadata", "labels"), labels);
        if (labels.Text is { } problem) f.Error($"invalid labels: {problem}");
        else if (o.Spec.Obj("probe") is { } probe) Probe(probe, f);
    }

    private static void Probe(JsonObject probe, Findings f)
    {
        foreach (var field in (ReadOnlySpan<string>)["periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold"])
        {
            if (probe.Num(field) < 0) f.Error($"{field} must be non-negative");
        }
        if (probe.Obj("httpGet") is { } http)
        {
            f.Error(AddressRules.Port(http.Num("port") ?? 0));
            if (http.Str("scheme") is not (null or "" or "HTTP" or "HTTPS")) f.Error("httpGet.scheme must be one of \"HTTPS\", \"HTTP\"");
            foreach (var header in http.Objects("httpHeaders")) f.Error(HeaderRules.Plain(header.Str("name") ?? ""));
        }
        else if (probe.Obj("tcpSocket") is { } tcp) f.Error(AddressRules.Port(tcp.Num("port") ?? 0));
        else if (probe.Obj("exec") is { } exec)
        {
            if (!exec.Strings("command").Any()) f.Error("exec.command is required");
        }
        else if (probe.Obj("grpc") is { } grpc) f.Error(AddressRules.Port(grpc.Num("port") ?? 0));
        else f.Error("unknown health check method <nil>");
    }
}
