using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Routes of connections: by SNI (TLS) or by address and port (TCP).</summary>
internal static class L4RouteRules
{
    public static void Tls(JsonObject route, VirtualServiceScope vs, Findings f)
    {
        if (!route.Objects("match").Any()) f.Error("TLS route must have at least one match condition");
        foreach (var match in route.Objects("match"))
        {
            if (!match.Strings("sniHosts").Any()) f.Error("TLS match must have at least one SNI host");
            foreach (var host in match.Strings("sniHosts")) Sni(host, vs, f);
            Attributes(match, f);
        }
        if (!route.Objects("route").Any()) f.Error("TLS route is required");
        HttpRouteRules.Destinations(route, http: false, f);
    }

    public static void Tcp(JsonObject route, Findings f)
    {
        foreach (var match in route.Objects("match")) Attributes(match, f);
        if (!route.Objects("route").Any()) f.Error("TCP route is required");
        HttpRouteRules.Destinations(route, http: false, f);
    }

    private static void Attributes(JsonObject match, Findings f)
    {
        foreach (var subnet in match.Strings("destinationSubnets")) f.Error(AddressRules.Subnet(subnet));
        if (match.Num("port") is not (null or 0) and var port) f.Error(AddressRules.Port(port.Value));
        LabelRules.Check(match.Obj("sourceLabels"), f);
        VirtualServiceRules.GatewayNames(match.Strings("gateways"), f);
    }

    private static void Sni(string host, VirtualServiceScope vs, Findings f)
    {
        if ((vs.SniAtGateway ? HostRules.GatewayDomain(sni: true, host) : HostRules.WildcardDomain(host)) is { } problem)
        {
            if (AddressRules.IsAddress(host)) f.Warn($"using an IP address ({GoText.Quote(host)}) goes against SNI spec and most clients do not support this");
            else f.Error(problem);
        }
        else if (!vs.Hosts.Any(h => HostRules.IsSubset(host, h))) f.Error($"SNI host {GoText.Quote(host)} is not a compatible subset of any of the virtual service hosts: [{string.Join(", ", vs.Hosts)}]");
    }
}
