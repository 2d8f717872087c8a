using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>istioctl x describe pod|service</c>: which of Istio's objects concern a pod or a service, and how.</summary>
internal sealed class DescribeCommand(SandboxCluster cluster, IstioctlOutput output)
{
    private const int UsageError = 64;
    private const string Line = "--------------------";

    private MeshConfig Config => cluster.Mesh.Config;

    public async Task<int> RunAsync(string[] args)
    {
        try
        {
            var arguments = new IstioctlArguments(args);
            var text = new StringBuilder();
            switch (arguments.Operands)
            {
                case ["pod" or "po", var name]: DescribePod(text, ProxyTarget.Find(cluster, name, arguments.Namespace), arguments.Namespace); break;
                case ["service" or "svc", var name]: DescribeService(text, name, arguments.Namespace); break;
                case ["pod" or "po" or "service" or "svc", ..]: throw new IstioctlException($"expecting {(arguments.Operands[0].StartsWith('p') ? "pod" : "service")} name", UsageError);
                case []: throw new IstioctlException("expecting a resource: pod or service", UsageError);
                default: throw new IstioctlException($"unknown resource type {arguments.Operands[0]}", UsageError);
            }
            await output.LineAsync(text.ToString().TrimEnd('\n')).ConfigureAwait(false);
            return 0;
        }
        catch (IstioctlException e)
        {
            await output.ErrorAsync("Error: " + e.Message).ConfigureAwait(false);
            return e.ExitCode;
        }
    }

    private void DescribePod(StringBuilder text, PodInstance pod, string ns)
    {
        text.Append("Pod: ").Append(Name(pod.Name, pod.Namespace, ns)).Append('\n');
        if (pod.Sidecar is not null) text.Append("   Pod Revision: ").Append(pod.Spec.Str("metadata", "annotations", "istio.io/rev") ?? "default").Append('\n');
        var ports = pod.Spec.Objects("spec", "containers").SelectMany(c => c.Objects("ports").Select(p => $"{p.Num("containerPort")}{(p.Str("protocol") is "UDP" ? "/UDP" : "")} ({c.Str("name")})")).ToList();
        text.Append("   Pod Ports: ").Append(ports.Count == 0 ? "<none>" : string.Join(", ", ports)).Append('\n');
        text.Append(Line).Append('\n');
        if (pod.Sidecar is null)
        {
            text.Append(CultureInfo.InvariantCulture, $"WARNING: {Name(pod.Name, pod.Namespace, ns)} is not part of mesh; no Istio sidecar\n").Append(Line).Append('\n');
            return;
        }
        foreach (var service in Config.Services.Services.Where(s => s.Endpoints.Any(e => e.Ip == pod.Ip)).OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            Service(text, service, ns, pod);
            text.Append(Line).Append('\n');
        }
        PeerAuthentication(text, pod);
    }

    private void DescribeService(StringBuilder text, string name, string ns)
    {
        var parts = name.Split('.');
        var (service, space) = (parts[0], parts.Length > 1 ? parts[1] : ns);
        if (cluster.Store.Snapshot.Find("services", space, service) is null) throw new IstioctlException($"services \"{service}\" not found");
        var found = ServiceRegistry.Of(cluster.Store.Snapshot).FindHost($"{service}.{space}.svc.cluster.local")!;
        var pods = found.Endpoints.Select(e => cluster.Pods.FindByIp(e.Ip)).OfType<PodInstance>().ToList();
        if (pods.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"Service: {Name(service, space, ns)}\n   WARNING: no pods of this service are ready\n");
            return;
        }
        Service(text, found, ns, pods[0], allPods: true);
        text.Append(Line).Append('\n');
        PeerAuthentication(text, pods[0]);
    }

    private void Service(StringBuilder text, MeshService service, string ns, PodInstance pod, bool allPods = false)
    {
        text.Append("Service: ").Append(Name(service.Name, service.Namespace, ns)).Append('\n');
        var targets = service.Endpoints.FirstOrDefault(e => e.Ip == pod.Ip)?.TargetPorts;
        foreach (var port in service.Ports)
            text.Append(CultureInfo.InvariantCulture, $"   Port: {port.Name} {port.Port}/{(port.Protocol == ServicePort.Sniffed ? "auto-detect" : port.Protocol)} targets pod port {targets?.GetValueOrDefault(port.Port, port.Port) ?? port.Port}\n");
        // What a caller in the same namespace has.
        var rules = Config.DestinationRulesFor(service.Host, pod.Namespace, service.Namespace);
        var rule = MeshConfig.Merge(rules);
        var subsets = rule.Objects("subsets").ToLookup(s => allPods ? service.Endpoints.Any(e => Selects(s, e.Labels)) : Selects(s, pod.Labels), s => s.Str("name") ?? "");
        if (rules.Count > 0) DestinationRule(text, rules[0], rule!, subsets, ns);
        if (Config.VirtualServiceFor(service, pod.Namespace) is { } vs) VirtualService(text, vs, service, rule, subsets, ns);
        foreach (var gateway in Config.Gateways)
        {
            foreach (var bound in Config.VirtualServicesOf(gateway).Where(v => v.Spec.Objects("http").Any(h => h.Objects("route").Any(d => IsHost(d, v, service)))))
            {
                text.Append("Exposed on Ingress Gateway http://").Append(Address()).Append('\n');
                VirtualService(text, bound, service, rule, subsets, ns);
            }
        }
    }

    private static bool Selects(JsonObject subset, IReadOnlyDictionary<string, string> labels) => subset.Map("labels").All(l => labels.TryGetValue(l.Key, out var v) && v == l.Value);

    private static void DestinationRule(StringBuilder text, MeshObject owner, JsonObject rule, ILookup<bool, string> subsets, string ns)
    {
        text.Append(CultureInfo.InvariantCulture, $"DestinationRule: {Name(owner.Name, owner.Namespace, ns)} for \"{rule.Str("host")}\"\n");
        if (subsets[true].Any())
        {
            text.Append("   Matching subsets: ").Append(string.Join(',', subsets[true])).Append('\n');
            if (subsets[false].Any()) text.Append("      (Non-matching subsets ").Append(string.Join(',', subsets[false])).Append(")\n");
        }
        else if (subsets[false].Any()) text.Append("   WARNING POD DOES NOT MATCH ANY SUBSETS.  (Non matching subsets ").Append(string.Join(',', subsets[false])).Append(")\n");
        if (rule.Obj("trafficPolicy") is not { } policy)
        {
            text.Append("   No Traffic Policy\n");
            return;
        }
        if (policy.Obj("tls") is not null) text.Append("   Traffic Policy TLS Mode: ").Append(policy.Str("tls", "mode") ?? "DISABLE").Append('\n');
        var kinds = new[] { ("loadBalancer", "load balancer"), ("connectionPool", "connection pool"), ("outlierDetection", "outlier detection") }.Where(k => policy.Obj(k.Item1) is not null).Select(k => k.Item2).ToList();
        if (kinds.Count > 0) text.Append("   Policies: ").Append(string.Join('/', kinds)).Append('\n');
    }

    private static void VirtualService(StringBuilder text, MeshObject vs, MeshService service, JsonObject? rule, ILookup<bool, string> subsets, string ns)
    {
        text.Append("VirtualService: ").Append(Name(vs.Name, vs.Namespace, ns)).Append('\n');
        var routes = vs.Spec.Objects("http").ToList();
        var (matching, facts, misses) = (0, new List<string>(), new List<string>());
        foreach (var route in routes)
        {
            var reached = false;
            foreach (var destination in route.Objects("route").Where(d => IsHost(d, vs, service)))
            {
                var subset = destination.Str("destination", "subset") ?? "";
                var weighted = route.Objects("route").Count() > 1;
                if (subset.Length > 0 && rule is null) facts.Add($"Warning: Route to subset {subset} but NO DESTINATION RULE defining subsets!");
                else if (subset.Length > 0 && !subsets[true].Contains(subset))
                {
                    misses.Add(subsets[false].Contains(subset) ? $"Route to non-matching subset {subset} for ({Describe(route)})" : $"Warning: Route to UNKNOWN subset {subset}; check DestinationRule {service.Name}");
                    continue;
                }
                else if (weighted) facts.Add($"Route to host \"{destination.Str("destination", "host")}\"{(subset.Length > 0 ? $" subset \"{subset}\"" : "")} with weight {destination.Int(0, "weight")}%");
                reached = true;
            }
            if (!reached) continue;
            matching++;
            if (route.Arr("match") is { Count: > 0 }) facts.Add("Match: " + Describe(route));
        }
        foreach (var fact in facts) text.Append("   ").Append(fact).Append('\n');
        if (matching == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"   WARNING: No destinations match pod subsets (checked {routes.Count} HTTP routes)\n");
            foreach (var miss in misses) text.Append("      ").Append(miss).Append('\n');
            return;
        }
        foreach (var miss in misses.Where(m => m.StartsWith("Warning", StringComparison.Ordinal))) text.Append("   ").Append(miss).Append('\n');
        if (matching < routes.Count) text.Append(CultureInfo.InvariantCulture, $"   {routes.Count - matching} additional destination(s) that will not reach this pod\n");
        if (facts.Count == 0) text.Append(CultureInfo.InvariantCulture, $"   {matching} HTTP route(s)\n");
    }

    private static bool IsHost(JsonObject destination, MeshObject vs, MeshService service) => MeshConfig.Qualify(destination.Str("destination", "host") ?? "", vs.Namespace) == service.Host;

    private static string Describe(JsonObject route)
    {
        var matches = route.Objects("match").Select(m =>
        {
            var conditions = new List<string>();
            if (m.Obj("uri") is { } uri) conditions.Add(uri.Str("exact") ?? (uri.Str("prefix") is { } prefix ? prefix + "*" : "regex " + uri.Str("regex")));
            if (m.Obj("headers") is { Count: > 0 } headers) conditions.Add(string.Join(" and ", headers.Select(h => h.Key + " " + (h.Value.Obj() is { } c ? string.Join(' ', c.Select(f => f.Key + "=" + f.Value.Str())) : "present"))));
            return conditions.Count == 0 ? "any" : string.Join(' ', conditions);
        }).ToList();
        return matches.Count == 0 ? "everything" : string.Join(", ", matches);
    }

    private void PeerAuthentication(StringBuilder text, PodInstance pod)
    {
        var port = ProxyClusters.InboundPorts(pod).FirstOrDefault();
        text.Append("Effective PeerAuthentication:\n   Workload mTLS mode: ").Append(PeerAuthenticationPolicy.ModeOf(Config, pod.Namespace, pod.Labels, port).ToString().ToUpperInvariant()).Append('\n');
        var applied = PeerAuthenticationPolicy.Applied(Config, pod.Namespace, pod.Labels).ToList();
        if (applied.Count > 0) text.Append("Applied PeerAuthentication:\n   ").Append(string.Join(", ", applied.Select(p => $"{p.Name}.{p.Namespace}"))).Append('\n');
    }

    /// <summary>Where the ingress gateway is reached: its load balancer, else a node.</summary>
    private string Address()
    {
        var service = cluster.Store.Snapshot.List("services", MeshConfig.RootNamespace).FirstOrDefault(s => s.Labels.GetValueOrDefault("istio") == "ingressgateway")?.Parse();
        return service.Objects("status", "loadBalancer", "ingress").FirstOrDefault().Str("ip") ?? PodRuntime.HostIp(cluster.Store.Snapshot, cluster.Store.Snapshot.List("nodes").FirstOrDefault()?.Name ?? "");
    }

    private static string Name(string name, string space, string ns) => space == ns ? name : $"{name}.{space}";
}
