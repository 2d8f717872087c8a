using System.Globalization;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>istioctl dashboard</c>: finds the pod behind a dashboard, says its address, and has the caller forward the port until interrupted.</summary>
internal sealed class DashboardCommand(SandboxCluster cluster, IstioctlOutput output)
{
    private static readonly Dictionary<string, (string Label, string Value, int Port, string Path)> s_dashboards = new(StringComparer.Ordinal)
    {
        ["kiali"] = ("app", "kiali", 20001, "/kiali"),
        ["prometheus"] = ("app.kubernetes.io/name", "prometheus", 9090, ""),
        ["grafana"] = ("app.kubernetes.io/name", "grafana", 3000, ""),
        ["jaeger"] = ("app", "jaeger", 16686, ""),
        ["zipkin"] = ("app", "zipkin", 9411, ""),
    };

    public async Task<int> RunAsync(string[] args)
    {
        if (args is not [var name, .. var rest])
        {
            await output.LineAsync("Access to Istio web UIs\n\nUsage:\n  istioctl dashboard [flags]\n  istioctl dashboard [command]\n\nAliases:\n  dashboard, dash, d\n\nAvailable Commands:\n  controlz    Open ControlZ web UI\n  envoy       Open Envoy admin web UI\n  grafana     Open Grafana web UI\n  jaeger      Open Jaeger web UI\n  kiali       Open Kiali web UI\n  prometheus  Open Prometheus web UI\n  zipkin      Open Zipkin web UI").ConfigureAwait(false);
            return 0;
        }
        var browser = !rest.Contains("--browser=false");
        var arguments = new IstioctlArguments([.. rest.Where(a => !a.StartsWith("--browser", StringComparison.Ordinal))]);
        var ns = arguments["namespace"] ?? Mesh.MeshConfig.RootNamespace;
        PodInstance? pod;
        int port;
        var path = "";
        try
        {
            if (s_dashboards.TryGetValue(name, out var dashboard))
            {
                (port, path) = (dashboard.Port, dashboard.Path);
                pod = cluster.Pods.All.FirstOrDefault(p => p.Namespace == ns && p.Labels.GetValueOrDefault(dashboard.Label) == dashboard.Value) ?? throw new IstioctlException($"no {char.ToUpperInvariant(name[0])}{name[1..]} pods found");
            }
            else if (name is "envoy" or "controlz")
            {
                if (arguments.Operands is not [var target]) throw new IstioctlException("specify a pod or --selector");
                port = name == "envoy" ? 15000 : 9876;
                pod = ProxyTarget.Find(cluster, target, arguments.Namespace);
            }
            else
            {
                await output.ErrorAsync($"Error: unknown dashboard \"{name}\"").ConfigureAwait(false);
                return 64;
            }
        }
        catch (IstioctlException e)
        {
            await output.ErrorAsync("Error: " + e.Message).ConfigureAwait(false);
            return e.ExitCode;
        }
        var local = arguments.Port > 0 ? arguments.Port : port;
        var address = string.Create(CultureInfo.InvariantCulture, $"http://localhost:{local}{path}");
        await output.LineAsync(address).ConfigureAwait(false);
        // There is no browser beside this shell.
        if (browser) await output.LineAsync($"Failed to open browser; open {address} in your browser.").ConfigureAwait(false);
        if (output.ForwardAsync is { } forward) await forward(string.Create(CultureInfo.InvariantCulture, $"{pod.Namespace} {pod.Name} {local}:{port}")).ConfigureAwait(false);
        return 0;
    }
}
