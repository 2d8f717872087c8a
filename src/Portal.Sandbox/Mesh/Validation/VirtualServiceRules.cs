using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class VirtualServiceRules
{
    public static void Check(MeshObject o, Findings f)
    {
        var vs = new VirtualServiceScope(o);
        if (vs.IsDelegate) Delegate(vs, f);
        if (vs.Gateways.Count > 0) GatewayNames(vs.Gateways, f);
        if (!vs.AtGateway) ClaimsNeedGateway(vs, f);
        Hosts(vs, f);
        var (http, tls, tcp) = (o.Spec.Objects("http").ToList(), o.Spec.Objects("tls").ToList(), o.Spec.Objects("tcp").ToList());
        if (http.Count + tls.Count + tcp.Count == 0) f.Error("http, tcp or tls must be provided in virtual service");
        foreach (var route in http) HttpRouteRules.Check(route, vs, f);
        foreach (var route in tls) L4RouteRules.Tls(route, vs, f);
        foreach (var route in tcp) f.ErrorsOf(g => L4RouteRules.Tcp(route, g));
        TargetRules.ExportTo(o, toNobody: false, selects: false, f);
        UnusedRouteRules.Http(http, f);
        UnusedRouteRules.Matches(tcp, f);
        UnusedRouteRules.Matches(tls, f);
    }

    private static void Delegate(VirtualServiceScope vs, Findings f)
    {
        if (vs.Gateways.Count > 0) f.Error("delegate virtual service must have no gateways specified");
        foreach (var kind in (ReadOnlySpan<string>)["tls", "tcp"])
        {
            if (vs.Object.Spec.Objects(kind).Any()) f.Error($"delegate virtual service must have no {kind} route specified");
        }
    }

    /// <summary>Upstream looks no further than the first gateway without a namespace.</summary>
    public static void GatewayNames(IEnumerable<string> names, Findings f)
    {
        foreach (var name in names)
        {
            if (name.Split('/', 2) is not [var ns, var gateway])
            {
                if (name.Split('.') is [var first, var second, ..]) f.Warn($"using legacy gatewayName format {GoText.Quote(name)}; prefer the <namespace>/<name> format: {GoText.Quote($"{second}/{first}")}");
                f.Error(HostRules.Fqdn(name));
                return;
            }
            if (ns.Length == 0 || gateway.Length == 0) f.Error("config namespace and gateway name cannot be empty");
            if (!HostRules.IsLabel(ns)) f.Error($"invalid value for namespace: {GoText.Quote(ns)}");
            if (!HostRules.IsLabel(gateway)) f.Error($"invalid value for gateway name: {GoText.Quote(gateway)}");
        }
    }

    private static void ClaimsNeedGateway(VirtualServiceScope vs, Findings f)
    {
        foreach (var match in vs.Object.Spec.Objects("http").SelectMany(r => r.Objects("match")))
        {
            foreach (var (name, _) in (match.Obj("headers") ?? []).Concat(match.Obj("withoutHeaders") ?? []))
            {
                if (HeaderRules.IsClaim(name)) f.Error($"JWT claim based routing (key: {name}) is only supported for gateway, found no gateways: {GoText.List(vs.Gateways)}");
            }
        }
    }

    private static void Hosts(VirtualServiceScope vs, Findings f)
    {
        var before = f.Errors.Count;
        foreach (var host in vs.Hosts)
        {
            if ((vs.AtGateway ? HostRules.GatewayDomain(vs.HasSni, host) : HostRules.WildcardDomain(host)) is { } problem)
            {
                if (!AddressRules.IsAddress(host)) f.Error(problem);
            }
            else if (!vs.AtGateway && host == "*") f.Error("wildcard host * is not allowed for virtual services bound to the mesh gateway");
        }
        if (f.Errors.Count > before) return;
        for (var i = 0; i < vs.Hosts.Count; i++)
        {
            foreach (var other in vs.Hosts.Skip(i + 1).Where(h => HostRules.Overlap(vs.Hosts[i], h))) f.Error($"duplicate hosts in virtual service: {vs.Hosts[i]} & {other}");
        }
    }
}

/// <summary>A VirtualService, and what all of its routes have to know of it.</summary>
internal sealed class VirtualServiceScope(MeshObject o)
{
    public MeshObject Object => o;
    public IReadOnlyList<string> Hosts { get; } = [.. o.Spec.Strings("hosts")];
    public IReadOnlyList<string> Gateways { get; } = [.. o.Spec.Strings("gateways")];

    /// <summary>Without hosts it can only be what another one delegates to.</summary>
    public bool IsDelegate => Hosts.Count == 0;

    /// <summary>For gateways only, not for the mesh.</summary>
    public bool AtGateway => Gateways.Count > 0 && !Gateways.Contains("mesh");

    /// <summary>As upstream asks it of SNI hosts, where no gateway at all counts as one.</summary>
    public bool SniAtGateway => !Gateways.Contains("mesh");

    public bool HasSni => o.Spec.Objects("tls").SelectMany(t => t.Objects("match")).Any(m => m.Strings("sniHosts").Any());
}
