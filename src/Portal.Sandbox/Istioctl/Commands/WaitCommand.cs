using System.Globalization;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Istioctl.Installation;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl x wait</c>: needs a control plane that keeps track of what it has given to whom, which it does only when told to.</summary>
internal static class WaitCommand
{
    private const string Tracking = "PILOT_ENABLE_CONFIG_DISTRIBUTION_TRACKING";

    public static Command Definition { get; } = new("wait [flags] <type> <name>[.<namespace>]", "Wait for an Istio resource")
    {
        Long = "Waits for the specified condition to be true of an Istio resource.", Access = Accesses.ReadControlPlane, Run = RunAsync,
        Flags =
        [
            Flag.Text("for", "Wait condition, must be 'distribution' or 'delete'", "", "distribution"), Flag.Text("proxy", "Name of a specific proxy to wait for the condition to be satisfied"), new("timeout", "", FlagKind.Duration, "The duration to wait before failing", "30s"),
            Flag.Text("threshold", "The ratio of distribution required for success", "", "1"), Flag.Text("generation", "Wait for a specific generation of config to become current, rather than using whatever is latest in Kubernetes"), Flag.Text("revision", "Control plane revision", "r"),
        ],
        Check = call => call.Operands.Count != 2 ? $"accepts 2 arg(s), received {call.Operands.Count.ToString(CultureInfo.InvariantCulture)}" : Kind(call) is null ? $"type {call.Operands[0]} is not recognized" : null,
    };

    private static Registry.ResourceType? Kind(Invocation call) => call.Cluster.Catalog.Custom.FirstOrDefault(t => t.Group.EndsWith("istio.io", StringComparison.Ordinal) && t.Kind.Equals(call.Operands[0].Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase));

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        if (call["for"] == "delete") throw new IstioctlException("wait for delete is not yet implemented");
        if (call["for"] != "distribution") throw new IstioctlException($"--for must be 'delete' or 'distribution', got: {call["for"]}");
        var planes = call.Cluster.Store.Snapshot.List("pods", call.IstioNamespace).Where(p => p.Labels.GetValueOrDefault("app") == "istiod").Select(p => p.Parse()).ToList();
        if (planes.Count == 0) throw new IstioctlException("unable to query pilot for distribution (are you using pilot version >= 1.4 with config distribution tracking on): unable to find any Istiod instances");
        if (!planes.Exists(p => p.Objects("spec", "containers").Any(c => c.Objects("env").Any(e => e.Str("name") == Tracking && e.At("value")?.ToString() == "true"))))
            throw new IstioctlException($"pilot version tracking is disabled (To enable this feature, please set {Tracking}=true)");
        var (name, ns) = call.Operands[1].LastIndexOf('.') is > 0 and var dot ? (call.Operands[1][..dot], call.Operands[1][(dot + 1)..]) : (call.Operands[1], call.Namespace);
        var type = Kind(call)!;
        var resource = $"{type.Group}/{type.Version}/{type.Kind}/{ns}/{name}";
        var limit = EnvoyDuration.Parse(call["timeout"]) ?? TimeSpan.FromSeconds(30);
        using var clock = new CancellationTokenSource(limit, call.Cluster.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        if (!await new ClusterWriter(call.Cluster).UntilAsync(() => call.Cluster.Store.Snapshot.Find(type.Resource, ns, name) is not null && call.Cluster.Mesh.IsCurrent, both.Token).ConfigureAwait(false))
            throw new IstioctlException($"timeout expired before resource {resource} became effective on {call["proxy"] ?? "all sidecars"}");
        var proxies = Proxies.Of(call.Cluster).Count(p => call["proxy"] is not { } wanted || wanted == p.Id);
        await call.LineAsync(string.Create(CultureInfo.InvariantCulture, $"Resource {resource} present on {proxies * 4} out of {proxies * 4} configurations across {proxies} sidecars")).ConfigureAwait(false);
        return 0;
    }
}
