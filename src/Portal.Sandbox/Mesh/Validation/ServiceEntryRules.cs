using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class ServiceEntryRules
{
    public static void Check(MeshObject o, Findings f)
    {
        var spec = o.Spec;
        var resolution = spec.Str("resolution") ?? "NONE";
        if (!LabelRules.WorkloadSelector(spec.Obj("workloadSelector"), "service entry", f)) return;
        if (spec.Obj("workloadSelector") is not null && spec.Objects("endpoints").Any()) f.Error("only one of WorkloadSelector or Endpoints is allowed in Service Entry");
        Hosts(spec, f);
        var addresses = spec.Strings("addresses").ToList();
        foreach (var address in addresses) f.Error(AddressRules.Subnet(address));
        if (resolution is not ("NONE" or "STATIC") && addresses.Exists(a => a.Contains('/', StringComparison.Ordinal))) f.Error("CIDR addresses are allowed only for NONE/STATIC resolution types");
        var ports = Ports(o, resolution, addresses.Count > 0, f);
        Resolution(spec, resolution, ports, f);
        if (resolution != "NONE" && spec.Strings("hosts").Skip(1).Any() && spec.Objects("ports").Select(p => p.Str("protocol") ?? "").Any(p => !ProtocolRules.IsHttp(p) && !ProtocolRules.IsTls(p)))
            f.Error("multiple hosts provided with non-HTTP, non-TLS ports");
        TargetRules.ExportTo(o, toNobody: true, selects: false, f);
    }

    private static void Hosts(JsonObject spec, Findings f)
    {
        if (!spec.Strings("hosts").Any()) f.Error("service entry must have at least one host");
        foreach (var host in spec.Strings("hosts"))
        {
            if (host == "*") f.Error($"invalid host {host}");
            else
            {
                f.Error(HostRules.WildcardDomain(host));
                f.Warn(HostRules.PartialWildcard(host));
            }
        }
    }

    private static HashSet<string> Ports(MeshObject o, string resolution, bool hasAddresses, Findings f)
    {
        // Istio gives addresses to the hosts of an entry that has none, unless its label says no.
        var allocates = resolution != "NONE" && !string.Equals(o.Object.Str("metadata", "labels", "networking.istio.io/enable-autoallocate-ip"), "false", StringComparison.OrdinalIgnoreCase);
        var (names, numbers) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<long>());
        foreach (var port in o.Spec.Objects("ports"))
        {
            var (name, number, protocol) = (port.Str("name") ?? "", port.Num("number") ?? 0, port.Str("protocol") ?? "");
            if (!names.Add(name)) f.Error($"service entry port name {GoText.Quote(name)} already defined");
            if (!numbers.Add(number)) f.Error($"service entry port {number} already defined");
            if (port.Num("targetPort") is not (null or 0) and var target) f.Error(AddressRules.Port(target.Value));
            if (!hasAddresses && !allocates && protocol is "" or "TCP") f.Warn("addresses are required for ports serving TCP (or unset) protocol when IP Autoallocation is not enabled");
            f.Error(AddressRules.PortName(name));
            f.Error(ProtocolRules.Problem(protocol));
            f.Error(AddressRules.Port(number));
        }
        return names;
    }

    private static void Resolution(JsonObject spec, string resolution, HashSet<string> ports, Findings f)
    {
        var endpoints = spec.Objects("endpoints").ToList();
        switch (resolution)
        {
            case "NONE":
                if (endpoints.Count > 0) f.Error("no endpoints should be provided for resolution type none");
                if (spec.Obj("workloadSelector") is not null) f.Warn("workloadSelector should not be set when resolution mode is NONE");
                break;
            case "STATIC":
                foreach (var endpoint in endpoints) WorkloadRules.Endpoint(endpoint, ports, names: false, f);
                break;
            case "DNS" or "DNS_ROUND_ROBIN":
                Dns(spec, resolution, endpoints, ports, f);
                break;
        }
    }

    private static void Dns(JsonObject spec, string resolution, List<JsonObject> endpoints, HashSet<string> ports, Findings f)
    {
        var hosts = spec.Strings("hosts").ToList();
        if (endpoints.Count == 0)
        {
            foreach (var _ in hosts.Where(h => HostRules.Fqdn(h) is not null)) f.Error($"hosts must be FQDN if no endpoints are provided for resolution mode {resolution}");
        }
        if (resolution == "DNS_ROUND_ROBIN" && endpoints.Count > 1) f.Error($"there must only be 0 or 1 endpoint for resolution mode {resolution}");
        foreach (var endpoint in endpoints)
        {
            var address = endpoint.Str("address") ?? "";
            if (!AddressRules.IsAddress(address) && HostRules.Fqdn(address) is not null) f.Error($"endpoint address {GoText.Quote(address)} is not a valid FQDN or an IP address");
            LabelRules.Check(endpoint.Obj("labels"), f);
            WorkloadRules.Ports(endpoint, ports, f);
        }
        if (hosts.Count > 1 && spec.Strings("addresses").Any() && spec.Objects("ports").Any(p => ProtocolRules.IsTcp(p.Str("protocol") ?? ""))) f.Warn("service entry can not have more than one host specified simultaneously with address and tcp port");
    }
}
