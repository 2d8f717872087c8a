using Portal.Sandbox.Istioctl.Analysis;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Istioctl.Commands;

namespace Portal.Sandbox.Istioctl;

/// <summary>The tree of commands.</summary>
internal static class IstioctlCommands
{
    /// <summary>What commands that are still being worked on say of themselves.</summary>
    public const string Experimental = "THIS COMMAND IS UNDER ACTIVE DEVELOPMENT AND NOT READY FOR PRODUCTION USE.";

    public static Command Root { get; } = new("istioctl", "Istio control interface.")
    {
        Long = "Istio configuration command line utility for service operators to\ndebug and diagnose their Istio mesh.",
        Flags =
        [
            Flag.Text("kubeconfig", "Kubernetes configuration file", "c"),
            Flag.Text("context", "Kubernetes configuration context"),
            Flag.Text("istioNamespace", "Istio system namespace", "i", "istio-system"),
            Flag.Text("namespace", "Kubernetes namespace", "n"),
        ],
        Commands =
        [
            Unsimulated("admin", "Manage control plane (istiod) configuration", "istiod"),
            new("analyze <file>...", "Analyze Istio configuration and print validation messages")
            {
                ParsesItself = true, Access = Accesses.ReadNamespaces,
                Run = (call, _) => new AnalyzeCommand(call.Cluster, call.Output, call.Context.Files, call.Context.DefaultNamespace).RunAsync([.. call.Arguments]),
            },
            new("authz", "(authz is experimental. Use `istioctl experimental authz`)") { Run = (_, _) => throw new IstioctlException("(authz is experimental. Use `istioctl experimental authz`)") },
            Unsimulated("bug-report", "Cluster information and log capture support tool."),
            CompletionCommand.Definition,
            Unsimulated("create-remote-secret", "Create a secret with credentials to allow Istio to access remote Kubernetes apiservers"),
            new("dashboard", "Access to Istio web UIs")
            {
                Aliases = ["dash", "d"], ParsesItself = true, Access = Accesses.ReadControlPlane, Run = (call, _) => new DashboardCommand(call.Cluster, call.Output).RunAsync([.. call.Arguments]),
            },
            ExperimentalCommands.Group,
            .. InstallCommands.All,
            KubeInjectCommand.Definition,
            ProxyCommands.Config,
            ProxyCommands.Status,
            Unsimulated("remote-clusters", "Lists the remote clusters each istiod instance is connected to."),
            TagCommands.Group,
            ValidateCommand.Definition,
            VersionCommand.Definition,
            Unsimulated("waypoint", "Manage waypoint configuration"),
            Unsimulated("ztunnel-config", "Update or retrieve current Ztunnel configuration.", "zc"),
        ],
    };

    /// <summary>A command of istioctl that has nothing to work on in a sandbox.</summary>
    public static Command Unsimulated(string name, string summary, params string[] aliases) => new(name, summary)
    {
        Aliases = aliases, ParsesItself = true, Run = (call, _) => throw new IstioctlException($"\"{call.CommandPath}\" is not simulated by the sandbox"),
    };
}
