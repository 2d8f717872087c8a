using System.Globalization;
using System.Text.RegularExpressions;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>The Gateway API: policies that reach its gateways by labels, and definitions that are too old.</summary>
internal static partial class KubernetesGatewayAnalyzer
{
    private const string GatewayName = "gateway.networking.k8s.io/gateway-name";

    private static readonly string[] s_policies = ["AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin"];

    private static readonly Dictionary<string, Version> s_minimum = new(StringComparer.Ordinal)
    {
        ["grpcroutes.gateway.networking.k8s.io"] = new(1, 1, 0),
        ["backendtlspolicies.gateway.networking.k8s.io"] = new(1, 4, 0),
        ["tlsroutes.gateway.networking.k8s.io"] = new(1, 5, 0),
    };

    public static IEnumerable<Finding> Selectors(AnalysisInput input)
    {
        var pods = input.Of("Pod").Where(p => p.Labels.ContainsKey(GatewayName)).ToLookup(p => p.Namespace);
        return from kind in s_policies
               from policy in input.Of(kind)
               where policy.Spec.Obj("targetRef") is null && policy.Spec.Obj("selector") is not null
               from pod in pods[policy.Namespace]
               where policy.Spec.Map("selector", "matchLabels").Selects(pod.Labels)
               select Finding.Of(Messages.IneffectiveSelector, policy, pod.Labels[GatewayName]);
    }

    public static IEnumerable<Finding> Versions(AnalysisInput input)
    {
        foreach (var definition in input.Of("CustomResourceDefinition"))
        {
            if (!s_minimum.TryGetValue(definition.Name, out var minimum) || VersionRegex().Match(definition.Annotations.GetValueOrDefault("gateway.networking.k8s.io/bundle-version") ?? "") is not { Success: true } m) continue;
            int Part(int i) => m.Groups[i].Success && int.TryParse(m.Groups[i].Value, CultureInfo.InvariantCulture, out var n) ? n : 0;
            var installed = new Version(Part(1), Part(2), Part(3));
            if (installed < minimum)
                yield return Finding.Of(Messages.GatewayApiDefinitionBelowMinimum, definition, GoText.Quote(definition.Name), GoText.Quote(installed + m.Groups[4].Value), GoText.Quote(minimum.ToString()));
        }
    }

    [GeneratedRegex(@"\Av?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?([-+][0-9A-Za-z.+-]+)?\z")]
    private static partial Regex VersionRegex();
}
