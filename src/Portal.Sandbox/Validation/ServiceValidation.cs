using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of services, endpoints and endpoint slices.</summary>
internal static class ServiceValidation
{
    private static readonly string[] s_protocols = ["SCTP", "TCP", "UDP"];

    public static void Service(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        var type = spec.Str("type") ?? "";
        if (old is not null) ClusterIpChange(spec, old.Obj("spec"), errors);
        var headless = spec.Str("clusterIP") == "None";
        var ports = spec.Objects("ports").ToList();
        if (ports.Count == 0 && !headless && type != "ExternalName") errors.Required("spec.ports");
        switch (type)
        {
            case "LoadBalancer" or "NodePort" when headless: errors.Invalid("spec.clusterIPs[0]", "None", $"may not be set to 'None' for {type} services"); break;
            case "ExternalName":
                var name = (spec.Str("externalName") ?? "").TrimEnd('.');
                if (name.Length > 0) errors.Invalid("spec.externalName", name, NameRules.Dns1123Subdomain(name));
                else errors.Required("spec.externalName");
                break;
        }
        Ports(ports, errors);
        MetadataValidation.Labels(spec.Obj("selector"), "spec.selector", errors);
        errors.OneOf("spec.sessionAffinity", spec.Str("sessionAffinity"), "ClientIP", "None");
        if (spec.Str("sessionAffinity") == "ClientIP")
        {
            if (spec.Num("sessionAffinityConfig", "clientIP", "timeoutSeconds") is { } timeout && timeout is <= 0 or > 86400)
                errors.Invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", timeout, "must be greater than 0 and less than 86400");
        }
        else if (spec.Obj("sessionAffinityConfig") is not null) errors.Forbidden("spec.sessionAffinityConfig", "must not be set when session affinity is None");
        if (type != "ExternalName") Addresses(spec, errors);
        foreach (var (i, ip) in spec.Strings("externalIPs").Index()) SpecialIp(ip, $"spec.externalIPs[{i}]", errors);
        errors.OneOf("spec.type", type, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        NodePorts(type, ports, errors);
        if (spec.Arr("loadBalancerSourceRanges") is { Count: > 0 } ranges)
        {
            if (type != "LoadBalancer") errors.Forbidden("spec.LoadBalancerSourceRanges", "may only be used when `type` is 'LoadBalancer'");
            if (ranges.Any(r => !NameRules.IsCidr(r.Str() ?? ""))) errors.Invalid("spec.LoadBalancerSourceRanges", $"[{string.Join(' ', ranges.Select(r => r.Str()))}]", "must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ");
        }
        if (spec?["allocateLoadBalancerNodePorts"] is not null && type != "LoadBalancer") errors.Forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
        Traffic(spec, type, errors);
    }

    public static void Endpoints(JsonObject obj, ErrorList errors)
    {
        foreach (var (i, subset) in obj.Objects("subsets").Index())
        {
            var at = $"subsets[{i}]";
            if (subset.Arr("addresses") is not { Count: > 0 } && subset.Arr("notReadyAddresses") is not { Count: > 0 }) errors.Required(at, "must specify `addresses` or `notReadyAddresses`");
            foreach (var list in (ReadOnlySpan<string>)["addresses", "notReadyAddresses"])
            {
                foreach (var (a, address) in subset.Objects(list).Index())
                {
                    SpecialIp(address.Str("ip") ?? "", $"{at}.{list}[{a}].ip", errors);
                    if (address.Str("hostname") is { Length: > 0 } host) errors.Invalid($"{at}.{list}[{a}].hostname", host, NameRules.Dns1123Label(host));
                    if (address.Str("nodeName") is { } node) errors.Invalid($"{at}.{list}[{a}].nodeName", node, NameRules.Dns1123Subdomain(node));
                }
            }
            var ports = subset.Objects("ports").ToList();
            foreach (var (p, port) in ports.Index())
            {
                var path = $"{at}.ports[{p}]";
                var name = port.Str("name") ?? "";
                if (name.Length > 0) errors.Invalid(path + ".name", name, NameRules.Dns1123Label(name));
                else if (ports.Count > 1) errors.Required(path + ".name");
                Number(port["port"], path + ".port", errors);
                errors.OneOf(path + ".protocol", port.Str("protocol"), s_protocols);
            }
        }
    }

    public static void EndpointSlice(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var type = obj.Str("addressType") ?? "";
        if (type.Length == 0) errors.Required("addressType");
        else errors.OptionalOneOf("addressType", type, "FQDN", "IPv4", "IPv6");
        foreach (var (i, endpoint) in obj.Objects("endpoints").Index())
        {
            var addresses = endpoint.Strings("addresses").ToList();
            if (addresses.Count == 0) errors.Required($"endpoints[{i}].addresses", "must contain at least 1 address");
            foreach (var (a, address) in addresses.Index())
            {
                if (type == "FQDN") errors.Invalid($"endpoints[{i}].addresses[{a}]", address, NameRules.Dns1123Subdomain(address));
                else SpecialIp(address, $"endpoints[{i}].addresses[{a}]", errors);
            }
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, port) in obj.Objects("ports").Index())
        {
            var name = port.Str("name") ?? "";
            if (name.Length > 0) errors.Invalid($"ports[{i}].name", name, NameRules.Dns1123Label(name));
            if (!names.Add(name)) errors.Duplicate($"ports[{i}].name", name);
            errors.OneOf($"ports[{i}].protocol", port.Str("protocol"), s_protocols);
        }
        if (old is not null) errors.Immutable("addressType", obj["addressType"], old["addressType"]);
    }

    private static void ClusterIpChange(JsonObject? spec, JsonObject? old, ErrorList errors)
    {
        if (spec.Str("type") == "ExternalName" || old.Str("type") == "ExternalName") return;
        if (old.Str("clusterIP") is not { Length: > 0 } before || spec.Str("clusterIP") == before) return;
        var empty = string.IsNullOrEmpty(spec.Str("clusterIP"));
        errors.InvalidGo("spec.clusterIPs[0]", GoSyntax.Strings(spec.Arr("clusterIPs") ?? new JsonArray(spec.Str("clusterIP") ?? "")), empty ? "primary clusterIP can not be unset" : "may not change once set");
    }

    private static void Ports(List<JsonObject> ports, ErrorList errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, port) in ports.Index())
        {
            var at = $"spec.ports[{i}]";
            var name = port.Str("name") ?? "";
            if (name.Length > 0)
            {
                errors.Invalid(at + ".name", name, NameRules.Dns1123Label(name));
                if (!names.Add(name)) errors.Duplicate(at + ".name", name);
            }
            else if (ports.Count > 1) errors.Required(at + ".name");
            Number(port["port"], at + ".port", errors);
            errors.OneOf(at + ".protocol", port.Str("protocol"), s_protocols);
            HandlerValidation.Port(port["targetPort"], at + ".targetPort", errors);
            if (port.Str("appProtocol") is { } application) errors.Invalid(at + ".appProtocol", application, NameRules.QualifiedName(application));
        }
    }

    private static void NodePorts(string type, List<JsonObject> ports, ErrorList errors)
    {
        var nodePorts = new HashSet<(string?, long)>();
        var seen = new HashSet<(string?, long?)>();
        foreach (var (i, port) in ports.Index())
        {
            if (port.Num("nodePort") is not { } number || number == 0) continue;
            if (type == "ClusterIP") errors.Forbidden($"spec.ports[{i}].nodePort", "may not be used when `type` is 'ClusterIP'");
        }
        foreach (var (i, port) in ports.Index())
        {
            if (port.Num("nodePort") is { } number && number != 0 && !nodePorts.Add((port.Str("protocol"), number))) errors.Duplicate($"spec.ports[{i}].nodePort", number);
        }
        foreach (var (i, port) in ports.Index())
        {
            if (!seen.Add((port.Str("protocol"), port.Num("port"))))
                errors.Add(new("FieldValueDuplicate", $"spec.ports[{i}]", $"Duplicate value: core.ServicePort{{Name:\"\", Protocol:{GoSyntax.Quote(port.Str("protocol") ?? "")}, AppProtocol:(*string)(nil), Port:{port.Num("port") ?? 0}, TargetPort:intstr.IntOrString{{Type:0, IntVal:0, StrVal:\"\"}}, NodePort:0}}"));
        }
    }

    private static void Addresses(JsonObject? spec, ErrorList errors)
    {
        var addresses = spec.Strings("clusterIPs").ToList();
        if (spec.Str("clusterIP") is { Length: > 0 } first && addresses.Count > 0 && addresses[0] != first) errors.InvalidGo("spec.clusterIPs", GoSyntax.Strings(spec!["clusterIPs"]), "first value must match `clusterIP`");
        foreach (var (i, family) in spec.Strings("ipFamilies").Index()) errors.OptionalOneOf($"spec.ipFamilies[{i}]", family, "IPv4", "IPv6");
        errors.OptionalOneOf("spec.ipFamilyPolicy", spec.Str("ipFamilyPolicy"), "PreferDualStack", "RequireDualStack", "SingleStack");
        foreach (var (i, address) in addresses.Index())
        {
            if (address == "None")
            {
                if (addresses.Count > 1) errors.InvalidGo("spec.clusterIPs", GoSyntax.Strings(spec!["clusterIPs"]), "'None' must be the first and only value");
                continue;
            }
            errors.Invalid($"spec.clusterIPs[{i}]", address, NameRules.Ip(address));
        }
        if (addresses.Count > 2) errors.InvalidGo("spec.clusterIPs", GoSyntax.Strings(spec!["clusterIPs"]), "may only hold up to 2 values");
    }

    private static void Traffic(JsonObject? spec, string type, ErrorList errors)
    {
        if (spec.Str("externalTrafficPolicy") is { Length: > 0 } external)
        {
            if (type is not ("NodePort" or "LoadBalancer") && spec.Arr("externalIPs") is not { Count: > 0 })
                errors.Invalid("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services");
            else if (external is not ("Cluster" or "Local")) errors.NotSupported("spec.externalTrafficPolicy", external, "Cluster", "Local");
        }
        if (spec.Num("healthCheckNodePort") is { } health && health != 0 && (type != "LoadBalancer" || spec.Str("externalTrafficPolicy") != "Local"))
            errors.Invalid("spec.healthCheckNodePort", health, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        if (spec.Str("internalTrafficPolicy") is { } local && local is not ("Cluster" or "Local")) errors.NotSupported("spec.internalTrafficPolicy", local, "Cluster", "Local");
    }

    private static void SpecialIp(string ip, string path, ErrorList errors)
    {
        if (!NameRules.IsIp(ip))
        {
            errors.Invalid(path, ip, NameRules.Ip(ip));
            if (!path.StartsWith("spec.", StringComparison.Ordinal)) errors.Invalid(path, ip, "must be a valid IP address");
            return;
        }
        if (ip is "0.0.0.0" or "::") errors.Invalid(path, ip, $"may not be unspecified ({ip})");
        else if (ip.StartsWith("127.", StringComparison.Ordinal) || ip == "::1") errors.Invalid(path, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        else if (ip.StartsWith("169.254.", StringComparison.Ordinal)) errors.Invalid(path, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        else if (ip.StartsWith("224.0.0.", StringComparison.Ordinal)) errors.Invalid(path, ip, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }

    private static void Number(JsonNode? port, string path, ErrorList errors)
    {
        if (port.Num() is not (>= 1 and <= 65535)) errors.Invalid(path, port.Num() ?? 0, NameRules.Range(1, 65535));
    }
}
