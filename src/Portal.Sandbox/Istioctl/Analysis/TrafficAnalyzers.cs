using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Analysis;

/// <summary>DestinationRules, Gateways, ServiceEntries and Sidecars.</summary>
internal static class TrafficAnalyzers
{
    public static IEnumerable<Finding> Run(AnalysisInput input) =>
        input.Of("DestinationRule").SelectMany(d => DestinationRule(input, d))
            .Concat(input.Of("Gateway").SelectMany(g => Gateway(input, g)))
            .Concat(input.Of("ServiceEntry").SelectMany(ServiceEntry))
            .Concat(Sidecars(input));

    private static IEnumerable<Finding> DestinationRule(AnalysisInput input, AnalysisObject rule)
    {
        var written = rule.Spec.Str("host") ?? "";
        var host = MeshConfig.Qualify(written, rule.Namespace);
        if (!input.HasHost(host)) yield return new(FindingLevel.Warning, "IST0174", rule, $"The host {written} defined in the DestinationRule does not match any services in the mesh.");
        foreach (var subset in rule.Spec.Objects("subsets"))
        {
            var services = input.Services(host).ToList();
            if (services.Count == 0 || subset.Obj("labels") is not { Count: > 0 }) continue;
            var labels = subset.Map("labels");
            if (!services.Exists(s => input.Of("Pod").Any(p => p.Namespace == s.Namespace && Selectors.Matches(s.Spec.Map("selector"), p.Object.Map("metadata", "labels")) && Selectors.Matches(labels, p.Object.Map("metadata", "labels")))))
                yield return new(FindingLevel.Error, "IST0173", rule, $"The Subset {subset.Str("name")} defined in the DestinationRule does not select any pods. Which may lead to 503 UH (NoHealthyUpstream).");
        }
        foreach (var policy in rule.Spec.Objects("subsets").Select(s => s.Obj("trafficPolicy")).Append(rule.Spec.Obj("trafficPolicy")))
        {
            if (LacksAuthority(policy)) yield return new(FindingLevel.Warning, "IST0128", rule, $"DestinationRule {rule.Namespace}/{rule.Name} in namespace {rule.Namespace} has TLS mode set to {policy.Str("tls", "mode")} but no caCertificates are set to validate server identity for host: {written}");
            foreach (var port in policy.Objects("portLevelSettings").Where(LacksAuthority))
                yield return new(FindingLevel.Warning, "IST0129", rule, $"DestinationRule {rule.Namespace}/{rule.Name} in namespace {rule.Namespace} has TLS mode set to {port.Str("tls", "mode")} but no caCertificates are set to validate server identity for host: {written} at port number:{port.Num("port", "number")}");
        }
    }

    private static bool LacksAuthority(JsonObject? policy) => policy.Str("tls", "mode") is "SIMPLE" or "MUTUAL" && policy.Str("tls", "caCertificates") is null && policy.Str("tls", "credentialName") is null;

    private static IEnumerable<Finding> Gateway(AnalysisInput input, AnalysisObject gateway)
    {
        var selector = gateway.Spec.Map("selector");
        var text = string.Join(',', selector.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"));
        var pods = input.Of("Pod").Where(p => Selectors.Matches(selector, p.Object.Map("metadata", "labels"))).ToList();
        if (pods.Count == 0) yield return new(FindingLevel.Error, "IST0101", gateway, $"Referenced selector not found: \"{text}\"");
        var exposed = input.Of("Service").Where(s => pods.Exists(p => p.Namespace == s.Namespace && Selectors.Matches(s.Spec.Map("selector"), p.Object.Map("metadata", "labels"))))
            .SelectMany(s => s.Spec.Objects("ports")).SelectMany(p => new[] { p.Num("port"), p.Num("targetPort") }).ToHashSet();
        foreach (var server in gateway.Spec.Objects("servers"))
        {
            if (pods.Count > 0 && exposed.Count > 0 && server.Num("port", "number") is { } port && !exposed.Contains(port))
                yield return new(FindingLevel.Warning, "IST0104", gateway, $"The gateway refers to a port that is not exposed on the workload (pod selector {text}; port {port})");
            if (server.Str("tls", "credentialName") is { Length: > 0 } secret && pods.Count > 0 && pods.TrueForAll(p => input.Find("Secret", p.Namespace, secret) is null))
                yield return new(FindingLevel.Error, "IST0101", gateway, $"Referenced credentialName not found: \"{secret}\"");
        }
        foreach (var finding in Conflicts(input, gateway, text)) yield return finding;
    }

    private static IEnumerable<Finding> Conflicts(AnalysisInput input, AnalysisObject gateway, string selector)
    {
        foreach (var server in gateway.Spec.Objects("servers"))
        {
            var port = server.Num("port", "number");
            var hosts = server.Strings("hosts").ToList();
            var others = input.Of("Gateway").Where(g => !(g.Namespace == gateway.Namespace && g.Name == gateway.Name) && g.Spec.Map("selector").OrderBy(p => p.Key).SequenceEqual(gateway.Spec.Map("selector").OrderBy(p => p.Key))
                && g.Spec.Objects("servers").Any(s => s.Num("port", "number") == port && s.Strings("hosts").Intersect(hosts).Any())).ToList();
            if (others.Count > 0)
                yield return new(FindingLevel.Error, "IST0145", gateway, $"Conflict with gateways {string.Join(',', others.Select(o => $"{o.Namespace}/{o.Name}"))} (workload selector {selector}, port {port?.ToString(CultureInfo.InvariantCulture)}, hosts [{string.Join(' ', hosts)}]).");
        }
    }

    private static IEnumerable<Finding> ServiceEntry(AnalysisObject entry)
    {
        if (entry.Spec.Arr("addresses") is { Count: > 0 }) yield break;
        foreach (var port in entry.Spec.Objects("ports"))
        {
            if (port.Str("protocol") is "" or null or "TCP") yield return new(FindingLevel.Warning, "IST0134", entry, "ServiceEntry addresses are required for this protocol.");
        }
    }

    private static IEnumerable<Finding> Sidecars(AnalysisInput input)
    {
        foreach (var group in input.Of("Sidecar").GroupBy(s => s.Namespace))
        {
            var general = group.Where(s => s.Spec.Obj("workloadSelector") is null).ToList();
            if (general.Count > 1)
            {
                foreach (var s in general) yield return new(FindingLevel.Error, "IST0111", s, $"The Sidecars [{string.Join(' ', general.Select(g => g.Name))}] in namespace \"{group.Key}\" have no workload selector, which can lead to undefined behavior.");
            }
            foreach (var pod in input.Of("Pod").Where(p => p.Namespace == group.Key))
            {
                var selecting = group.Where(s => s.Spec.Obj("workloadSelector") is not null && Selectors.Matches(s.Spec.Map("workloadSelector", "labels"), pod.Object.Map("metadata", "labels"))).ToList();
                if (selecting.Count < 2) continue;
                foreach (var s in selecting) yield return new(FindingLevel.Error, "IST0110", s, $"The Sidecars [{string.Join(' ', selecting.Select(g => g.Name))}] in namespace \"{group.Key}\" select the same workload pod \"{pod.Name}\", which can lead to undefined behavior.");
            }
        }
    }
}
