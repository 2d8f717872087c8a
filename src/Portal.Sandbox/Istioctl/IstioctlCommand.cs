using Portal.Sandbox.Istioctl.Analysis;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl;

/// <summary>Finds the subcommand. Unknown ones fail as the real istioctl does: message, hint, exit code 64.</summary>
/// <param name="files">Content of the files that the command line names, by the name it gives them.</param>
internal sealed class IstioctlCommand(SandboxCluster cluster, IstioctlOutput output, IReadOnlyDictionary<string, string>? files = null)
{
    private const int UsageError = 64;

    private static readonly string[] s_known = ["admin", "authz", "bug-report", "create-remote-secret", "experimental", "kube-inject", "manifest", "remote-clusters", "tag", "upgrade", "validate", "waypoint", "ztunnel-config", "x"];

    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        switch (args)
        {
            case [] or ["help", ..] or ["--help"] or ["-h"]:
                await output.LineAsync("Istio configuration command line utility for service operators to\ndebug and diagnose their Istio mesh.\n\nAvailable here:\n  analyze       Analyze Istio configuration and print validation messages\n  dashboard     Access to Istio web UIs\n  install       Applies an Istio manifest, installing or reconfiguring Istio on a cluster.\n  proxy-config  Retrieve information about proxy configuration from Envoy [kube only]\n  proxy-status  Retrieves the synchronization status of each Envoy in the mesh\n  uninstall     Uninstall Istio from a cluster\n  version       Prints out build version information\n  x describe    Describe resource and related Istio configuration").ConfigureAwait(false);
                return 0;
            case ["version", ..]: return await VersionAsync(args).ConfigureAwait(false);
            case ["install" or "apply", .. var rest]: return await new Installer(cluster, output).InstallAsync(rest, cancellationToken).ConfigureAwait(false);
            case ["uninstall", .. var rest]: return await new Installer(cluster, output).UninstallAsync(rest).ConfigureAwait(false);
            case ["analyze", .. var rest]: return await new AnalyzeCommand(cluster, output, files ?? new Dictionary<string, string>()).RunAsync(rest).ConfigureAwait(false);
            case ["proxy-status" or "ps", ..]: return await ProxyStatusAsync().ConfigureAwait(false);
            case ["proxy-config" or "pc", .. var rest]: return await new ProxyConfigCommand(cluster, output).RunAsync(rest).ConfigureAwait(false);
            case ["x" or "experimental", "describe" or "des", .. var rest]: return await new DescribeCommand(cluster, output).RunAsync(rest).ConfigureAwait(false);
            case ["dashboard" or "dash" or "d", .. var rest]: return await new DashboardCommand(cluster, output).RunAsync(rest).ConfigureAwait(false);
            case [var known, ..] when s_known.Contains(known):
                await output.ErrorAsync($"Error: \"istioctl {known}\" is not simulated by the sandbox yet").ConfigureAwait(false);
                return 1;
            default:
                await output.ErrorAsync($"Error: unknown command \"{args[0]}\" for \"istioctl\"\nRun 'istioctl --help' for usage.").ConfigureAwait(false);
                return UsageError;
        }
    }

    private async Task<int> VersionAsync(string[] args)
    {
        await output.LineAsync($"client version: {ProfileManifests.Version}").ConfigureAwait(false);
        if (args.Contains("--remote=false")) return 0;
        if (!MeshControlPlane.IsRunning(cluster.Store.Snapshot))
        {
            await output.ErrorAsync("Istio is not present in the cluster: no running Istio pods in namespace \"istio-system\"").ConfigureAwait(false);
            return 0;
        }
        var proxies = Proxies().Count();
        await output.LineAsync($"control plane version: {ProfileManifests.Version}").ConfigureAwait(false);
        await output.LineAsync(proxies == 0 ? "data plane version: none" : $"data plane version: {ProfileManifests.Version} ({proxies} proxies)").ConfigureAwait(false);
        return 0;
    }

    private async Task<int> ProxyStatusAsync()
    {
        var istiod = cluster.Pods.All.FirstOrDefault(p => p.Labels.GetValueOrDefault("app") == "istiod")?.Name ?? "";
        var rows = Proxies().OrderBy(p => $"{p.Name}.{p.Namespace}", StringComparer.Ordinal).Select(p =>
        {
            // A gateway without a Gateway has no routes to subscribe to.
            var gateway = !p.HasSidecar && !cluster.Mesh.Config.Gateways.Any(g => Selectors.Matches(g.Spec.Map("selector"), p.Labels));
            return new[] { $"{p.Name}.{p.Namespace}", "Kubernetes", istiod, ProfileManifests.Version, gateway ? "3 (CDS,LDS,EDS)" : "4 (CDS,LDS,EDS,RDS)" };
        });
        await output.LineAsync(TextTable.Format([["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES"], .. rows], 5)).ConfigureAwait(false);
        return 0;
    }

    private IEnumerable<Programs.PodInstance> Proxies() => cluster.Pods.All.Where(p => p.Sidecar is not null);
}

/// <summary>Columns padded as Go's tabwriter pads them.</summary>
internal static class TextTable
{
    public static string Format(IReadOnlyList<string[]> rows, int padding)
    {
        var widths = Enumerable.Range(0, rows.Max(r => r.Length)).Select(i => rows.Max(r => r.ElementAtOrDefault(i)?.Length ?? 0)).ToArray();
        return string.Join('\n', rows.Select(r => string.Concat(r.Select((c, i) => i == r.Length - 1 ? c : c.PadRight(widths[i] + padding)))));
    }
}
