using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Proxies;
using Portal.Sandbox.Mesh.Routing;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config listeners</c>: where a proxy listens, and by which chain of filters a connection goes where.</summary>
internal static class ProxyListeners
{
    private const string Http = "raw_buffer";

    /// <param name="Match">Which connections take the chain, as istioctl writes it.</param>
    /// <param name="Destination">Where they go, as istioctl writes it.</param>
    internal sealed record Chain(string Match, string Destination, JsonObject Json);

    internal sealed record Listener(string Name, string Address, int Port, string Direction, IReadOnlyList<Chain> Chains)
    {
        public string Type => (Chains.Any(c => IsHttp(c)), Chains.Any(c => !IsHttp(c))) switch { (true, true) => "HTTP+TCP", (true, false) => "HTTP", _ => "TCP" };

        private static bool IsHttp(Chain chain) => chain.Destination.Contains("Route: ", StringComparison.Ordinal);
    }

    public static ProxyConfigDump Read(PodInstance pod, Invocation arguments)
    {
        var (port, type, address) = (arguments.Number("port"), arguments["type"], arguments["address"]);
        var listeners = Of(pod).Where(l => (port == 0 || l.Port == port) && (type is null || l.Type.Equals(type, StringComparison.OrdinalIgnoreCase)) && (address is null || l.Address == address))
            .OrderBy(l => l.Port).ThenBy(l => l.Address, StringComparer.Ordinal).ToList();
        var json = new JsonArray([.. listeners.Select(l => (JsonNode)Json(l))]);
        string Port(Listener l) => l.Port.ToString(CultureInfo.InvariantCulture);
        return arguments["verbose"] == "false"
            ? new(["ADDRESSES", "PORT", "TYPE"], [.. listeners.Select(l => new[] { l.Address, Port(l), l.Type })], json, Padding: 1)
            : new(["ADDRESSES", "PORT", "MATCH", "DESTINATION"], [.. listeners.SelectMany(l => l.Chains.Select(c => new[] { l.Address, Port(l), c.Match, c.Destination }))], json, Padding: 1);
    }

    public static IEnumerable<Listener> Of(PodInstance pod) => (pod.HasSidecar ? Sidecar(pod) : Gateway(pod))
        .Append(new("", "0.0.0.0", 15021, "", [Inline("/healthz/ready*", "agent")])).Append(new("", "0.0.0.0", 15090, "", [Inline("/stats/prometheus*", "prometheus_stats")]));

    private static IEnumerable<Listener> Sidecar(PodInstance pod)
    {
        var view = pod.Cluster.Mesh.Config.ViewOf(pod);
        var ports = view.Services.SelectMany(s => s.Ports.Select(p => (Service: s, Port: p))).ToList();
        foreach (var port in ports.Where(p => p.Port.IsHttp).Select(p => p.Port.Port).Distinct())
        {
            yield return new(string.Create(CultureInfo.InvariantCulture, $"0.0.0.0_{port}"), "0.0.0.0", port, "OUTBOUND",
                [new("Trans: raw_buffer; App: http/1.1,h2c", $"Route: {port}", ListenerJson.Http(ListenerJson.Match(Http, ["http/1.1", "h2c"]), port.ToString(CultureInfo.InvariantCulture), $"outbound_0.0.0.0_{port}")), Tcp("ALL", null, "PassthroughCluster")]);
        }
        var streams = ports.Where(p => !p.Port.IsHttp && p.Port.Protocol != "UDP").GroupBy(p => (Address: AddressOf(p.Service), p.Port.Port));
        foreach (var group in streams)
            yield return new($"{group.Key.Address}_{group.Key.Port}", group.Key.Address, group.Key.Port, "OUTBOUND", [.. group.SelectMany(p => Streams(view, p.Service, p.Port, group.Count() > 1))]);
        yield return new("virtualOutbound", "0.0.0.0", 15001, "OUTBOUND", [Tcp("ALL", null, view.Scope.IsRegistryOnly ? "BlackHoleCluster" : "PassthroughCluster"), Tcp("Addr: *:15001", ListenerJson.Match(null, null, port: 15001), "BlackHoleCluster") with { Destination = "Non-HTTP/Non-TCP" }]);
        yield return new("virtualInbound", "0.0.0.0", 15006, "INBOUND", [.. Inbound(pod)]);
    }

    private static string AddressOf(MeshService service) => service.ClusterIp is { Length: > 0 } ip and not "None" ? ip : service.Addresses.FirstOrDefault(a => !a.Contains('/', StringComparison.Ordinal)) ?? "0.0.0.0";

    /// <summary>The chains of a port that is not read: one for each name of TLS rules, then the plain one.</summary>
    private static IEnumerable<Chain> Streams(ProxyView view, MeshService service, ServicePort port, bool shared)
    {
        if (port.IsTls)
        {
            foreach (var route in view.StreamRoutes(service, tls: true))
            {
                var names = route.ServerNames.ToArray();
                yield return Tcp(names.Length == 0 ? "ALL" : "SNI: " + string.Join(',', names), names.Length == 0 ? null : ListenerJson.Match(null, null, names), [.. route.Destinations.Select(d => (view.Cluster(d.Destination, port.Port).Name, d.Weight))]);
            }
            // Several TLS hosts without an address share a listener and differ by name.
            if (shared || service.Resolution is not null)
            {
                yield return Tcp("SNI: " + service.Host, ListenerJson.Match(null, null, [service.Host]), view.Cluster(service, port.Port).Name);
                yield break;
            }
        }
        else if (view.StreamRoutes(service, tls: false).FirstOrDefault() is { } route)
        {
            yield return Tcp("ALL", null, [.. route.Destinations.Select(d => (view.Cluster(d.Destination, port.Port).Name, d.Weight))]);
            yield break;
        }
        yield return Tcp("ALL", null, view.Cluster(service, port.Port).Name);
    }

    private static IEnumerable<Chain> Inbound(PodInstance pod)
    {
        string[] mesh = ["istio", "istio-peer-exchange", "istio-http/1.0", "istio-http/1.1", "istio-h2"];
        var security = pod.Cluster.Mesh.Config.SecurityOf(pod);
        yield return Tcp("Addr: *:15006", ListenerJson.Match(null, null, port: 15006), "BlackHoleCluster") with { Destination = "Non-HTTP/Non-TCP" };
        foreach (var port in ProxyClusters.InboundPorts(pod).Cast<int?>().Append(null))
        {
            var address = port is null ? "0.0.0.0/0" : string.Create(CultureInfo.InvariantCulture, $"*:{port}");
            var cluster = port is null ? "InboundPassthroughCluster" : string.Create(CultureInfo.InvariantCulture, $"inbound|{port}||");
            var shown = port is null ? cluster : "Cluster: " + cluster;
            var mode = security.ModeOf(port ?? 0);
            Chain Make(string match, JsonObject json) => new(match, shown, json);
            if (mode != MutualTlsMode.Disable) yield return Make($"Trans: tls; App: {string.Join(',', mesh)}; Addr: {address}", ListenerJson.Inbound(pod, ListenerJson.Match("tls", mesh, port: port), cluster, TlsContext.Downstream("default", true, "ROOTCA")));
            if (mode != MutualTlsMode.Strict) yield return Make($"Trans: raw_buffer; Addr: {address}", ListenerJson.Inbound(pod, ListenerJson.Match("raw_buffer", null, port: port), cluster, null));
        }
    }

    private static IEnumerable<Listener> Gateway(PodInstance pod)
    {
        var config = pod.Cluster.Mesh.Config;
        var gateway = config.GatewayOf(pod);
        foreach (var group in gateway.Servers.GroupBy(s => s.Port).OrderBy(g => g.Key))
            yield return new(string.Create(CultureInfo.InvariantCulture, $"0.0.0.0_{group.Key}"), "0.0.0.0", group.Key, "OUTBOUND", [.. group.SelectMany(s => Server(config.ViewOf(pod), gateway, s)).DistinctBy(c => (c.Match, c.Destination))]);
    }

    private static IEnumerable<Chain> Server(ProxyView view, GatewayView gateway, GatewayServer server)
    {
        string[] names = server.IsTls ? [.. server.Hosts.Select(GatewayServer.WithoutNamespace)] : [];
        var match = names.Length == 0 || names is ["*"] ? "ALL" : "SNI: " + string.Join(',', names);
        var json = match == "ALL" ? null : ListenerJson.Match(null, null, names);
        if (server.IsHttp)
        {
            var chain = ListenerJson.Http(json, server.RouteName, "outbound_0.0.0.0_" + server.Port.ToString(CultureInfo.InvariantCulture));
            if (server.IsHttps) chain["transportSocket"] = Certificate(server);
            yield return new(match, "Route: " + server.RouteName, chain);
            yield break;
        }
        foreach (var route in gateway.StreamRoutes(server))
        {
            var own = route.ServerNames.ToArray();
            var chain = Tcp(own.Length == 0 ? match : "SNI: " + string.Join(',', own), own.Length == 0 ? json : ListenerJson.Match(null, null, own), [.. route.Destinations.Select(d => (view.Cluster(d.Destination, server.Number).Name, d.Weight))]);
            if (server.IsTls && !server.IsPassthrough) chain.Json["transportSocket"] = Certificate(server);
            yield return chain;
        }
    }

    private static JsonObject Certificate(GatewayServer server)
    {
        if (server.IsMeshTls) return TlsContext.Downstream("default", true, "ROOTCA");
        var name = "kubernetes://" + (server.Json.Str("tls", "credentialName") ?? "");
        return TlsContext.Downstream(name, server.TlsMode == "MUTUAL", server.TlsMode is "MUTUAL" or "OPTIONAL_MUTUAL" ? name + "-cacert" : null);
    }

    private static Chain Tcp(string match, JsonObject? json, string cluster) => Tcp(match, json, [(cluster, 0)]);

    private static Chain Tcp(string match, JsonObject? json, (string Name, int Weight)[] clusters)
    {
        // istioctl knows no words for several destinations.
        var only = clusters is [var one] ? one.Name : "";
        return new(match, only.EndsWith("Cluster", StringComparison.Ordinal) ? only : "Cluster: " + only, ListenerJson.Tcp(json, clusters));
    }

    private static Chain Inline(string path, string cluster) => new("ALL", "Inline Route: " + path, ListenerJson.Inline(path, cluster));

    private static JsonObject Json(Listener listener)
    {
        var json = new JsonObject();
        if (listener.Name.Length > 0) json["name"] = listener.Name;
        json["address"] = new JsonObject { ["socketAddress"] = new JsonObject { ["address"] = listener.Address, ["portValue"] = listener.Port } };
        json["filterChains"] = new JsonArray([.. listener.Chains.Select(c => (JsonNode)c.Json.Copy())]);
        if (listener.Direction.Length > 0) json["trafficDirection"] = listener.Direction;
        if (listener.Name.StartsWith("virtual", StringComparison.Ordinal)) json["useOriginalDst"] = true;
        return json;
    }
}
