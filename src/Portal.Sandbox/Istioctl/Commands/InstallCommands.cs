using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Istioctl.Installation;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary>The commands that put Istio into a cluster, change it or take it out.</summary>
internal static class InstallCommands
{
    private const string SetUsage = "Override an IstioOperator value, e.g. to choose a profile\n(--set profile=demo), enable or disable components (--set components.cni.enabled=true), or override Istio\nsettings (--set meshConfig.enableTracing=true).";

    private static readonly Flag[] s_common =
    [
        Flag.List("filename", "Path to file containing IstioOperator custom resource. This flag can be specified multiple times to overlay multiple files. Multiple files are overlaid in left to right order.", "f"),
        Flag.List("set", SetUsage, "s"),
        Flag.Text("revision", "Target control plane revision for the command.", "r"),
        Flag.Text("manifests", "Specify a path to a directory of charts and profiles", "d"),
        Flag.Text("charts", "Deprecated, use --manifests instead."),
        Flag.Switch("force", "Proceed even with validation errors."),
        Flag.Switch("dry-run", "Console/log output only, make no changes."),
    ];

    private static readonly Flag[] s_install =
    [
        .. s_common,
        Flag.Switch("skip-confirmation", "The skipConfirmation determines whether the user is prompted for confirmation.\nIf set to true, the user is not prompted and a Yes response is assumed in all cases.", "y"),
        Flag.Switch("verify", "Verify the Istio control plane after installation/in-place upgrade"),
        new("readiness-timeout", "", FlagKind.Duration, "Maximum time to wait for Istio resources in each component to be ready.", "5m0s"),
    ];

    public static Command[] All { get; } =
    [
        new("install", "Applies an Istio manifest, installing or reconfiguring Istio on a cluster.")
        {
            Aliases = ["apply"], Long = "The install command generates an Istio install manifest and applies it to a cluster.", Flags = s_install, Access = Accesses.Install, Check = NoOperands, Run = Installer.InstallAsync,
            Example = "  # Apply a default Istio installation\n  istioctl install\n\n  # Choose the demo profile and don't wait for confirmation\n  istioctl install --set profile=demo --skip-confirmation",
        },
        new("upgrade", "Upgrade Istio control plane in-place")
        {
            Long = "The upgrade command is an alias for the install command that performs additional upgrade-related checks.", Flags = s_install, Access = Accesses.Install, Check = NoOperands, Run = Installer.UpgradeAsync,
        },
        new("manifest", "Commands related to Istio manifests")
        {
            Long = "The manifest command generates Istio manifests.",
            Commands =
            [
                new("generate", "Generates an Istio install manifest")
                {
                    Long = "The generate subcommand generates an Istio install manifest and outputs to the console by default.", Check = NoOperands, Run = Installer.GenerateAsync,
                    Flags = [.. s_common, Flag.List("component", "Specify which component to generate manifests for."), Flag.List("filter", ""), Flag.Switch("cluster-specific", "If enabled, the current cluster will be checked for cluster-specific setting detection."), Flag.Text("output", "Manifest output directory path.", "o")],
                    Example = "  # Generate a default Istio installation\n  istioctl manifest generate\n\n  # Generate the demo profile\n  istioctl manifest generate --set profile=demo",
                },
                IstioctlCommands.Unsimulated("translate", "Generates Helm values and IstioOperator files for the install of a manifest"),
            ],
        },
        new("uninstall", "Uninstall Istio from a cluster")
        {
            Long = "The uninstall command uninstalls Istio from a cluster", Access = Accesses.Install, Check = Uninstaller.Check, Run = Uninstaller.RunAsync,
            Flags =
            [
                Flag.Text("filename", "The filename of the IstioOperator CR.", "f"), Flag.List("set", SetUsage, "s"), Flag.Text("revision", "Target control plane revision for the command.", "r"),
                Flag.Switch("purge", "Delete all Istio related sources for all versions"), Flag.Switch("skip-confirmation", "The skipConfirmation determines whether the user is prompted for confirmation.", "y"),
                Flag.Switch("dry-run", "Console/log output only, make no changes."), Flag.Switch("force", "Proceed even with validation errors."), Flag.Switch("verbose", "Verbose output.", "v"), Flag.Text("manifests", "Specify a path to a directory of charts and profiles", "d"),
            ],
            Example = "  # Uninstall a single control plane by revision\n  istioctl uninstall --revision foo\n\n  # Uninstall all control planes and shared resources\n  istioctl uninstall --purge",
        },
    ];

    private static string? NoOperands(Invocation call) =>
        call.Operands.Count == 0 ? null : $"unknown command \"{call.Operands[0]}\" for \"{call.CommandPath}\"";
}
