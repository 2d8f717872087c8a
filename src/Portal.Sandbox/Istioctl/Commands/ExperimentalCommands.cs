using System.Globalization;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Istioctl.Describe;
using Portal.Sandbox.Istioctl.Security;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl experimental</c></summary>
internal static class ExperimentalCommands
{
    private static readonly Flag s_unmeshed = Flag.Switch("ignoreUnmeshed", "Suppress warnings for unmeshed pods");
    private static readonly Flag s_revision = Flag.Text("revision", "Control plane revision", "r");

    public static Command Group { get; } = new("experimental", "Experimental commands that may be modified or deprecated")
    {
        Aliases = ["x", "exp"],
        Commands =
        [
            new("authz", "Inspect Istio AuthorizationPolicy")
            {
                Long = "Commands to inspect and interact with the authorization policies\n  check - check Envoy config dump for authorization configuration",
                Commands =
                [
                    new("check [<type>/]<name>[.<namespace>]", "Check AuthorizationPolicy applied in the pod.")
                    {
                        Flags = [Flag.Text("file", "The json file with Envoy config dump to be checked", "f")], Access = Accesses.EnterPods, Run = CheckAuthorizationAsync,
                        Check = call => call.Operands.Count > 1 ? $"accepts at most 1 arg(s), received {call.Operands.Count.ToString(CultureInfo.InvariantCulture)}" : call.Operands.Count == 0 && !call.Has("file") ? "expecting pod name or config dump, found: 0" : null,
                        Long = "Check prints the AuthorizationPolicy applied to a pod by directly checking\nthe Envoy configuration of the pod.",
                    },
                ],
            },
            CheckInjectCommand.Definition,
            IstioctlCommands.Unsimulated("config", "Configure istioctl defaults"),
            new("describe", "Describe resource and related Istio configuration")
            {
                Aliases = ["des"], Refusal = "unknown resource type",
                Commands =
                [
                    new("pod <pod>", "Describe pods and their Istio configuration [kube-only]") { Aliases = ["po"], Flags = [s_revision, s_unmeshed], Access = Accesses.ReadPods, Run = DescribeCommand.PodAsync, Check = call => call.Operands.Count == 1 ? null : "expecting pod name", Long = "Analyzes pod, its Services, DestinationRules, and VirtualServices and reports\nthe configuration objects that affect that pod.\n\n" + IstioctlCommands.Experimental },
                    new("service <svc>", "Describe services and their Istio configuration [kube-only]") { Aliases = ["svc"], Flags = [s_revision, s_unmeshed], Access = Accesses.ReadPods, Run = DescribeCommand.ServiceAsync, Check = call => call.Operands.Count == 1 ? null : "expecting service name", Long = "Analyzes service, pods, DestinationRules, and VirtualServices and reports\nthe configuration objects that affect that service.\n\n" + IstioctlCommands.Experimental },
                ],
            },
            IstioctlCommands.Unsimulated("envoy-stats", "Retrieves Envoy metrics in the specified pod", "es"),
            new("injector", "List sidecar injector and sidecar versions")
            {
                Refusal = "unknown subcommand", Commands = [new("list", "List sidecar injector and sidecar versions") { Access = Accesses.ReadNamespaces, Flags = [s_revision], Run = InjectorListCommand.RunAsync, Example = "  istioctl experimental injector list" }],
            },
            IstioctlCommands.Unsimulated("internal-debug", "Retrieves the debug information of istio"),
            MetricsCommand.Definition,
            new("precheck", "Check whether Istio can safely be installed or upgraded")
            {
                Flags = [s_revision, Flag.Text("output", "Output format: one of [log json yaml]", "o", "log"), Flag.List("filename", "File to check", "f"), Flag.Switch("skip-controlplane", "skip checking the control plane"), Flag.Text("from-version", "check changes since the provided version")],
                Access = Accesses.Install, Run = PrecheckAsync, Long = "precheck inspects a Kubernetes cluster for Istio install and upgrade requirements.",
            },
            ProxyCommands.StatusCommand(),
            IstioctlCommands.Unsimulated("remote-clusters", "Lists the remote clusters each istiod instance is connected to."),
            VersionCommand.Definition,
            WaitCommand.Definition,
            IstioctlCommands.Unsimulated("workload", "Commands to assist in configuring and deploying workloads running on VMs and other non-Kubernetes environments"),
        ],
    };

    private static async Task<int> CheckAuthorizationAsync(Invocation call, CancellationToken cancellationToken)
    {
        var pod = ProxyConfigCommand.Proxy(call);
        List<string[]> rows = [["ACTION", "AuthorizationPolicy", "RULES"]];
        foreach (var (action, policies) in AppliedPolicies.ByAction(pod))
        {
            // A policy without rules is not there by name.
            if (policies.All(p => !AppliedPolicies.RuleNames(p).Any())) rows.Add([action, AppliedPolicies.MatchesNothing, "1"]);
            foreach (var (name, rules) in policies.Select(p => (Name: $"{p.Name}.{p.Namespace}", Rules: p.Spec.Objects("rules").Count())).Where(p => p.Rules > 0).OrderBy(p => p.Name, StringComparer.Ordinal))
                rows.Add([action, name, rules.ToString(CultureInfo.InvariantCulture)]);
        }
        await call.LineAsync(TextTable.Format(rows, 3)).ConfigureAwait(false);
        return 0;
    }

    private static async Task<int> PrecheckAsync(Invocation call, CancellationToken cancellationToken)
    {
        await call.LineAsync(call["output"] switch
        {
            "log" => "✔ No issues found when checking the cluster. Istio is safe to install or upgrade!\n  To get started, check out https://istio.io/latest/docs/setup/getting-started/.",
            "json" => "[]",
            "yaml" => "[]",
            var other => throw new IstioctlException($"{other} not a valid option for format. See istioctl analyze --help"),
        }).ConfigureAwait(false);
        return 0;
    }
}
