using Portal.Sandbox.Istioctl.CommandLine;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary>The commands that look into proxies.</summary>
internal static class ProxyCommands
{
    private static readonly Flag s_file = Flag.Text("file", "Envoy config dump JSON file", "f");
    private static readonly Flag s_output = Flag.Text("output", "Output format: one of json|yaml|short", "o", "short");
    private static readonly Flag s_waypoints = Flag.Text("proxy-admin-port", "Envoy proxy admin port", "", "15000");

    public static Command Status { get; } = StatusCommand();

    public static Command Config { get; } = new("proxy-config", "Retrieve information about proxy configuration from Envoy [kube only]")
    {
        Aliases = ["pc"], Flags = [s_output, s_waypoints],
        Long = "A group of commands used to retrieve information about proxy configuration from the Envoy config dump",
        Example = "  # Retrieve information about proxy configuration from an Envoy instance.\n  istioctl proxy-config <clusters|listeners|routes|endpoints|ecds|bootstrap|log|secret> <pod-name[.namespace]>",
        Commands =
        [
            Dump("all", "Retrieves all configuration for the Envoy in the specified pod", ["a"], ProxyConfigCommand.AllAsync, Flag.Text("fqdn", "Filter clusters by substring of Service FQDN field"), Flag.Text("direction", "Filter clusters by Direction field"), Flag.Text("subset", "Filter clusters by substring of Subset field"), Flag.Number("port", "Filter clusters and listeners by Port field"), Flag.Text("address", "Filter listeners by address field"), Flag.Text("type", "Filter listeners by type field"), Flag.Text("name", "Filter listeners by route name field"), Verbose),
            Dump("bootstrap", "Retrieves bootstrap configuration for the Envoy in the specified pod", ["b"], ProxyConfigCommand.BootstrapAsync),
            Dump("cluster", "Retrieves cluster configuration for the Envoy in the specified pod", ["clusters", "c"], ProxyConfigCommand.Table(ProxyClusters.Read), Flag.Text("fqdn", "Filter clusters by substring of Service FQDN field"), Flag.Text("direction", "Filter clusters by Direction field"), Flag.Text("subset", "Filter clusters by substring of Subset field"), Flag.Number("port", "Filter clusters by Port field")),
            Dump("ecds", "Retrieves typed extension configuration for the Envoy in the specified pod", ["ec"], ProxyConfigCommand.Table((_, _) => new(["NAME"], [], new System.Text.Json.Nodes.JsonObject()))),
            Dump("endpoint", "Retrieves endpoint configuration for the Envoy in the specified pod", ["endpoints", "ep"], ProxyConfigCommand.Table(ProxyEndpoints.Read), Flag.Text("address", "Filter endpoints by address field"), Flag.Number("port", "Filter endpoints by Port field"), Flag.Text("cluster", "Filter endpoints by cluster name field"), Flag.Text("status", "Filter endpoints by status field")),
            Dump("listener", "Retrieves listener configuration for the Envoy in the specified pod", ["listeners", "l"], ProxyConfigCommand.Table(ProxyListeners.Read), Flag.Text("address", "Filter listeners by address field"), Flag.Text("type", "Filter listeners by type field"), Flag.Number("port", "Filter listeners by Port field"), Verbose, Flag.Switch("waypoint", "Output waypoint information")),
            Dump("log", "Retrieves logging levels of the Envoy in the specified pod", ["o"], ProxyLogLevels.RunAsync, Flag.List("level", "Comma-separated minimum per-logger level of messages to output, in the form of\n[<logger>:]<level>,[<logger>:]<level>,..."), Flag.Switch("reset", "Reset levels to default value (warning).", "r"), Flag.Text("selector", "Label selector", "l")),
            Dump("route", "Retrieves route configuration for the Envoy in the specified pod", ["routes", "r"], ProxyConfigCommand.Table(ProxyRoutes.Read), Flag.Text("name", "Filter listeners by route name field"), Verbose),
            Dump("secret", "Retrieves secret configuration for the Envoy in the specified pod", ["secrets", "s"], ProxyConfigCommand.Table(ProxySecrets.Read)),
            IstioctlCommands.Unsimulated("rootca-compare", "Compare ROOTCA values for the two given pods", "rc"),
        ],
    };

    private static Flag Verbose => Flag.Switch("verbose", "Output more information", on: true);

    /// <summary>The same under its stable and its experimental name.</summary>
    public static Command StatusCommand() => new("proxy-status [<type>/]<name>[.<namespace>]", "Retrieves the synchronization status of each Envoy in the mesh")
    {
        Aliases = ["ps"], Access = Accesses.ReadControlPlane, Run = ProxyStatusCommand.RunAsync,
        Long = "Retrieves last sent and last acknowledged xDS sync from Istiod to each Envoy in the mesh",
        Flags =
        [
            Flag.Text("file", "Envoy config dump JSON file", "f"), Flag.Text("output", "Output format: table or json", "o", "table"), Flag.Number("verbosity", "Verbosity level for proxy status output. 0=default, 1=show all xDS types (max verbosity)", "v"),
            Flag.Text("revision", "Control plane revision", "r"), Flag.Text("xds-address", "XDS Endpoint"), Flag.Text("xds-label", "Istiod pod label selector"), Flag.Text("cert-dir", "XDS Endpoint certificate directory"), Flag.Switch("plaintext", "Use plain-text HTTP/2 when connecting to server (no TLS)."),
        ],
        Example = "  # Retrieve sync status for all Envoys in a mesh\n  istioctl proxy-status\n\n  # Retrieve sync status for Envoys in a specific namespace\n  istioctl proxy-status --namespace foo",
    };

    private static Command Dump(string name, string summary, string[] aliases, Func<Invocation, CancellationToken, Task<int>> run, params Flag[] flags) => new($"{name} [<type>/]<name>[.<namespace>]", summary)
    {
        Aliases = aliases, Flags = [.. flags, s_file], Access = Accesses.EnterPods, Run = run,
        Long = summary + ".", Check = call => call.Operands.Count == 1 || call.Has("file") || (name == "log" && call.Has("selector")) ? null : name == "log" ? "log requires pod name or --selector" : $"{name} requires pod name or --file parameter",
    };
}
