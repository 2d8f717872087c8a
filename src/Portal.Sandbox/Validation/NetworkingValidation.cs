using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Rules of ingresses, ingress classes and network policies.</summary>
internal static class NetworkingValidation
{
    public static void Ingress(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        var rules = spec.Objects("rules").ToList();
        if (rules.Count == 0 && spec.Obj("defaultBackend") is null) errors.InvalidGo("spec", "[]networking.IngressRule(nil)", "either `defaultBackend` or `rules` must be specified");
        if (spec.Obj("defaultBackend") is { } fallback) Backend(fallback, "spec.defaultBackend", errors);
        foreach (var (i, rule) in rules.Index())
        {
            var at = $"spec.rules[{i}]";
            if (rule.Str("host") is { Length: > 0 } host)
            {
                if (NameRules.IsIp(host)) errors.Invalid(at + ".host", host, "must be a DNS name, not an IP address");
                Host(host, at + ".host", errors);
            }
            if (rule.Obj("http") is not { } http) continue;
            if (http.Arr("paths") is not { Count: > 0 }) errors.Required(at + ".http.paths");
            foreach (var (p, path) in http.Objects("paths").Index()) Path(path, $"{at}.http.paths[{p}]", errors);
        }
        foreach (var (i, tls) in spec.Objects("tls").Index())
        {
            foreach (var (h, host) in tls.Strings("hosts").Index()) Host(host, $"spec.tls[{i}].hosts[{h}]", errors);
            if (tls.Str("secretName") is { Length: > 0 } secret) errors.Invalid($"spec.tls[{i}].secretName", secret, NameRules.Dns1123Subdomain(secret));
        }
        if (spec.Str("ingressClassName") is not { } name) return;
        errors.Invalid("spec.ingressClassName", name, NameRules.Dns1123Subdomain(name));
        if (old is null && obj.Str("metadata", "annotations", "kubernetes.io/ingress.class") is { } annotation && annotation != name)
            errors.Invalid("annotations.kubernetes.io/ingress.class", annotation, "must match `ingressClassName` when both are specified");
    }

    public static void IngressClass(JsonObject obj, JsonObject? old, ErrorList errors)
    {
        var controller = obj.Str("spec", "controller") ?? "";
        if (old is not null) errors.Immutable("spec.controller", obj.At("spec", "controller"), old.At("spec", "controller"));
        if (controller.Length > 250) errors.TooLong("spec.controller", 250);
        if (controller.Length == 0) errors.Required("spec.controller");
        else if (!controller.Contains('/', StringComparison.Ordinal) || controller.StartsWith('/') || controller.EndsWith('/'))
            errors.Invalid("spec.controller", controller, "must be a domain-prefixed path (such as \"acme.io/foo\")");
    }

    public static void NetworkPolicy(JsonObject obj, ErrorList errors)
    {
        var spec = obj.Obj("spec");
        MetadataValidation.Selector(spec.Obj("podSelector"), "spec.podSelector", errors);
        foreach (var (direction, peers) in (ReadOnlySpan<(string, string)>)[("ingress", "from"), ("egress", "to")])
        {
            foreach (var (i, rule) in spec.Objects(direction).Index())
            {
                foreach (var (p, port) in rule.Objects("ports").Index()) Port(port, $"spec.{direction}[{i}].ports[{p}]", errors);
                foreach (var (p, peer) in rule.Objects(peers).Index()) Peer(peer, $"spec.{direction}[{i}].{peers}[{p}]", errors);
            }
        }
        var types = spec.Strings("policyTypes").ToList();
        if (types.Count > 2) errors.InvalidGo("spec.policyTypes", GoSyntax.Strings(spec!["policyTypes"], "networking.PolicyType"), "may not specify more than two policyTypes");
        else foreach (var (i, type) in types.Index()) errors.OptionalOneOf($"spec.policyTypes[{i}]", type, "Ingress", "Egress");
    }

    private static void Port(JsonObject port, string path, ErrorList errors)
    {
        errors.OptionalOneOf(path + ".protocol", port.Str("protocol"), "TCP", "UDP", "SCTP");
        if (port["port"] is null)
        {
            if (port.ContainsKey("endPort")) errors.Required(path + ".port", "must be specified when `endPort` is also specified");
            return;
        }
        HandlerValidation.Port(port["port"], path + ".port", errors);
        if (port.Num("endPort") is not { } end) return;
        if (port.Num("port") is not { } start) errors.Invalid(path + ".endPort", end, "may not be specified when `port` is non-numeric");
        else if (end < start) errors.Invalid(path + ".endPort", end, "must be greater than or equal to `port`");
        else if (end > 65535) errors.Invalid(path + ".endPort", end, NameRules.Range(1, 65535));
    }

    private static void Peer(JsonObject peer, string path, ErrorList errors)
    {
        var peers = 0;
        foreach (var name in (ReadOnlySpan<string>)["podSelector", "namespaceSelector"])
        {
            if (peer.Obj(name) is not { } selector) continue;
            peers++;
            MetadataValidation.Selector(selector, $"{path}.{name}", errors);
        }
        if (peer.Obj("ipBlock") is { } block)
        {
            peers++;
            var cidr = block.Str("cidr") ?? "";
            if (cidr.Length == 0) errors.Required(path + ".ipBlock.cidr");
            else if (!NameRules.IsCidr(cidr)) errors.Invalid(path + ".ipBlock.cidr", cidr, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            else
            {
                var network = System.Net.IPNetwork.TryParse(cidr, out var parsed) ? parsed : (System.Net.IPNetwork?)null;
                foreach (var (i, except) in block.Strings("except").Index())
                {
                    if (!NameRules.IsCidr(except)) errors.Invalid($"{path}.ipBlock.except[{i}]", except, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
                    else if (network is { } net && System.Net.IPNetwork.TryParse(except, out var inner) && (!net.Contains(inner.BaseAddress) || net.PrefixLength >= inner.PrefixLength))
                        errors.Invalid($"{path}.ipBlock.except[{i}]", except, "must be a strict subset of `cidr`");
                }
            }
        }
        if (peers == 0) errors.Required(path, "must specify a peer");
        else if (peers > 1 && peer.ContainsKey("ipBlock")) errors.Forbidden(path, "may not specify both ipBlock and another peer");
    }

    private static void Host(string host, string path, ErrorList errors) =>
        errors.Invalid(path, host, host.Contains('*', StringComparison.Ordinal) ? NameRules.WildcardSubdomain(host) : NameRules.Dns1123Subdomain(host));

    private static void Path(JsonObject rule, string path, ErrorList errors)
    {
        var value = rule.Str("path") ?? "";
        switch (rule.Str("pathType"))
        {
            case null:
                errors.Required(path + ".pathType", "pathType must be specified");
                return;
            case "Exact" or "Prefix":
                if (!value.StartsWith('/')) errors.Invalid(path + ".path", value, "must be an absolute path");
                foreach (var part in (ReadOnlySpan<string>)["//", "/./", "/../", "%2f", "%2F"])
                {
                    if (value.Contains(part, StringComparison.Ordinal)) errors.Invalid(path + ".path", value, $"must not contain '{part}'");
                }
                foreach (var end in (ReadOnlySpan<string>)["/..", "/."])
                {
                    if (value.EndsWith(end, StringComparison.Ordinal)) errors.Invalid(path + ".path", value, $"cannot end with '{end}'");
                }
                break;
            case "ImplementationSpecific":
                if (value.Length > 0 && value[0] != '/') errors.Invalid(path + ".path", value, "must be an absolute path");
                break;
            case { } type: errors.NotSupported(path + ".pathType", type, "Exact", "ImplementationSpecific", "Prefix"); break;
        }
        Backend(rule.Obj("backend") ?? [], path + ".backend", errors);
    }

    private static void Backend(JsonObject backend, string path, ErrorList errors)
    {
        var service = backend.Obj("service");
        if (backend.Obj("resource") is { } resource)
        {
            if (service is not null)
            {
                errors.Invalid(path, "", "cannot set both resource and service backends");
                return;
            }
            if (string.IsNullOrEmpty(resource.Str("kind"))) errors.Required(path + ".resource.kind", "kind is required");
            if (string.IsNullOrEmpty(resource.Str("name"))) errors.Required(path + ".resource.name", "name is required");
            return;
        }
        if (service is null)
        {
            errors.Invalid(path, "", "resource or service backend is required");
            return;
        }
        var name = service.Str("name") ?? "";
        if (name.Length == 0) errors.Required(path + ".service.name");
        else errors.Invalid(path + ".service.name", name, NameRules.Dns1035Label(name));
        var (portName, number) = (service.Str("port", "name") ?? "", service.Num("port", "number") ?? 0);
        if (portName.Length > 0 && number != 0) errors.Invalid(path, "", "cannot set both port name & port number");
        else if (portName.Length > 0) errors.Invalid(path + ".service.port.name", portName, NameRules.PortName(portName));
        else if (number == 0) errors.Required(path, "port name or number is required");
        else if (number is < 1 or > 65535) errors.Invalid(path + ".service.port.number", number, NameRules.Range(1, 65535));
    }
}
