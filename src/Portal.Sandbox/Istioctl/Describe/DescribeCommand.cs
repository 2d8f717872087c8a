using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Mesh.Security;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Describe;

/// <summary><c>istioctl x describe pod|service</c>: which of Istio's objects concern a pod or a service, and how.</summary>
internal sealed class DescribeCommand
{
    private const string Line = "--------------------\n";

    private readonly Invocation _call;
    private readonly StringBuilder _text = new();
    private readonly DescribeNames _names;
    private readonly bool _ignoreUnmeshed;

    private DescribeCommand(Invocation call)
    {
        _call = call;
        _names = new(call.Namespace);
        _ignoreUnmeshed = call.Is("ignoreUnmeshed");
    }

    private MeshConfig Config => _call.Cluster.Mesh.Config;

    public static Task<int> PodAsync(Invocation call, CancellationToken cancellationToken) => new DescribeCommand(call).RunAsync(c => c.DescribePod());

    public static Task<int> ServiceAsync(Invocation call, CancellationToken cancellationToken) => new DescribeCommand(call).RunAsync(c => c.DescribeService());

    private async Task<int> RunAsync(Action<DescribeCommand> describe)
    {
        try
        {
            describe(this);
            return 0;
        }
        finally
        {
            // What was found before something failed is shown.
            if (_text.Length > 0) await _call.LineAsync(_text.ToString().TrimEnd('\n')).ConfigureAwait(false);
        }
    }

    private (string Name, string Namespace) Operand()
    {
        var name = _call.Operands[0];
        return name.LastIndexOf('.') is > 0 and var dot ? (name[..dot], name[(dot + 1)..]) : (name, _call.Namespace);
    }

    private void DescribePod()
    {
        var (name, ns) = Operand();
        var snapshot = _call.Cluster.Store.Snapshot;
        var json = snapshot.Find("pods", ns, name)?.Parse() ?? throw ApiError.NotFound(BuiltInResources.All.First(r => r.Resource == "pods"), name);
        var meshed = PodText.Write(_text, json, _names, _ignoreUnmeshed);
        var labels = json.Map("metadata", "labels");
        var services = snapshot.List("services", ns).Where(s => Selectors.Matches(s.Parse().Map("spec", "selector"), labels)).Select(s => s.Name).ToList();
        if (services.Count == 0 && !_ignoreUnmeshed) _text.Append($"Warning: No Kubernetes Services select pod {_names.Of(name, ns)} (see https://istio.io/docs/setup/kubernetes/additional-setup/requirements/ )\n");
        _text.Append(Line);
        if (_call.Cluster.Pods.Find(new(ns, name)) is not { Sidecar: not null } pod)
        {
            if (!_ignoreUnmeshed) throw new IstioctlException($"failed to execute command on sidecar: error 'execing into {ns}/{name} istio-proxy container: container istio-proxy is not valid for pod {name}'");
            return;
        }
        if (!meshed && pod.Sidecar is null) return;
        var found = services.Select(s => Find(s, ns)).OfType<MeshService>().ToList();
        Services(found, pod, [labels]);
        _text.Append(Line);
        PeerAuthentication(pod);
        Ingress(found, [labels]);
    }

    private void DescribeService()
    {
        var (name, ns) = Operand();
        var snapshot = _call.Cluster.Store.Snapshot;
        if (snapshot.Find("services", ns, name) is not { } service) throw ApiError.NotFound(BuiltInResources.All.First(r => r.Resource == "services"), name);
        var selector = service.Parse().Map("spec", "selector");
        var selected = snapshot.List("pods", ns).Where(p => Selectors.Matches(selector, p.Labels)).ToList();
        List<PodInstance> pods = [];
        foreach (var stored in selected)
        {
            var json = stored.Parse();
            if (json.Str("status", "phase") != "Running") continue;
            if (_call.Cluster.Pods.Find(new(ns, stored.Name)) is not { Sidecar: not null } pod) _text.Append($"Pod {_names.Of(stored.Name, ns)}: no container \"istio-proxy\" in pod\n");
            else if (!pod.Sidecar.IsRunning) _text.Append($"WARNING: Pod {_names.Of(stored.Name, ns)} Container istio-proxy NOT READY\n");
            else pods.Add(pod);
        }
        if (pods.Count == 0)
        {
            _text.Append(selected.Count == 0 ? $"Service \"{_names.Of(name, ns)}\" has no pods.\n"
                : $"Service \"{_names.Of(name, ns)}\" has no Istio pods.  ({selected.Count.ToString(CultureInfo.InvariantCulture)} pods in service).\nUse `istioctl kube-inject` or redeploy with Istio automatic sidecar injection.\n");
            return;
        }
        if (Find(name, ns) is not { } found) return;
        List<IReadOnlyDictionary<string, string>> labels = [.. pods.Select(p => p.Labels)];
        Services([found], pods[0], labels);
        Ingress([found], labels);
    }

    private MeshService? Find(string name, string ns) => ServiceRegistry.Of(_call.Cluster.Store.Snapshot).FindHost($"{name}.{ns}.svc.cluster.local");

    private void Services(IReadOnlyList<MeshService> services, PodInstance pod, IReadOnlyList<IReadOnlyDictionary<string, string>> labels)
    {
        var view = Config.ViewOf(pod);
        for (var i = 0; i < services.Count; i++)
        {
            var service = services[i];
            if (i > 0) _text.Append(Line);
            _text.Append($"Service: {_names.Of(service.Name, service.Namespace)}\n");
            var targets = service.Endpoints.FirstOrDefault(e => e.Ip == pod.Ip)?.TargetPorts;
            foreach (var port in service.Ports.Where(p => p.Protocol != "UDP"))
                _text.Append(CultureInfo.InvariantCulture, $"   Port: {port.Name} {port.Port}/{(port.Protocol != ServicePort.Sniffed ? port.Protocol : port.Name.Length == 0 ? "auto-detect" : "UnsupportedProtocol")} targets pod port {targets?.GetValueOrDefault(port.Port, port.Port) ?? port.Port}\n");
            var several = service.Ports.Count > 1;
            var writer = new RuleText(_text, _names, several ? "   " : "");
            foreach (var port in service.Ports)
            {
                if (several) _text.Append(CultureInfo.InvariantCulture, $"{port.Port}:\n");
                var rule = view.DestinationRulesFor(service).FirstOrDefault();
                if (rule is not null) writer.DestinationRule(rule, labels);
                if (view.HttpListener(port.Port)?.VirtualHosts.FirstOrDefault(h => h.Service?.Host == service.Host)?.Rule is { } vs) writer.VirtualService(vs, service, rule, labels);
                var policies = AppliedPolicyNames(pod);
                if (policies.Count > 0) _text.Append(several ? port.Port.ToString(CultureInfo.InvariantCulture) + " " : "").Append($"RBAC policies: {string.Join(", ", policies)}\n");
            }
        }
    }

    /// <summary>Of the filters that guard a workload, istioctl reads the first.</summary>
    private static List<string> AppliedPolicyNames(PodInstance pod) => Security.AppliedPolicies.ByAction(pod).Take(1).SelectMany(a => a.Policies.SelectMany(Security.AppliedPolicies.RuleNames)).Order(StringComparer.Ordinal).ToList();

    private void PeerAuthentication(PodInstance pod)
    {
        var applied = PeerAuthenticationPolicy.Applied(Config, pod.Namespace, pod.Labels).ToList();
        _text.Append($"Effective PeerAuthentication:\n   Workload mTLS mode: {Mode(PeerAuthenticationPolicy.ModeOf(Config, pod.Namespace, pod.Labels, 0))}\n");
        if (applied.LastOrDefault()?.Spec.Obj("portLevelMtls") is { Count: > 0 } ports)
        {
            _text.Append("   Port Level mTLS mode:\n");
            foreach (var (port, _) in ports.OrderBy(p => p.Key, StringComparer.Ordinal)) _text.Append($"      {port}: {Mode(PeerAuthenticationPolicy.ModeOf(Config, pod.Namespace, pod.Labels, int.TryParse(port, CultureInfo.InvariantCulture, out var n) ? n : 0))}\n");
        }
        if (applied.Count > 0) _text.Append($"Applied PeerAuthentication:\n   {string.Join(", ", applied.Select(p => $"{p.Name}.{p.Namespace}"))}\n");
    }

    private static string Mode(MutualTlsMode mode) => mode.ToString().ToUpperInvariant();

    /// <summary>The ways through ingress gateways: of each the rule that leads to the service.</summary>
    private void Ingress(IReadOnlyList<MeshService> services, IReadOnlyList<IReadOnlyDictionary<string, string>> labels)
    {
        var pods = _call.Cluster.Pods.All.Where(p => p.Labels.GetValueOrDefault("istio") == "ingressgateway" && p.Sidecar is { IsRunning: true }).OrderBy(p => p.Name, StringComparer.Ordinal).ToList();
        if (pods.Count == 0)
        {
            _text.Append("Skipping Gateway information (no ingress gateway pods)\n");
            return;
        }
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pod in pods)
        {
            var gateways = Config.GatewayOf(pod);
            foreach (var service in services)
            {
                foreach (var port in service.Ports)
                {
                    if (IngressRoutes.RuleTo(Config, gateways, pod, service, port.Port) is not { } vs) continue;
                    foreach (var gateway in vs.Spec.Strings("gateways").Where(g => g is not ("" or "mesh")).Select(g => MeshConfig.QualifyGateway(g, vs.Namespace)).Where(shown.Add))
                    {
                        if (!Config.Gateways.Any(g => g.Id == gateway && Selectors.Matches(new JsonObject { ["matchLabels"] = g.Spec.Obj("selector")?.DeepClone() }, pod.Labels))) continue;
                        _text.Append(Line);
                        foreach (var address in IngressRoutes.Addresses(_call.Cluster, pod)) _text.Append($"Exposed on Ingress Gateway {address}\n");
                        new RuleText(_text, _names, "").VirtualService(vs, service, Config.ViewOf(pod).DestinationRulesFor(service).FirstOrDefault(), labels);
                    }
                }
            }
        }
    }
}
