using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Gateways: the pods that they configure, the ports of those, and the certificates that they present.</summary>
internal static class GatewayAnalyzer
{
    public static IEnumerable<Finding> Ports(AnalysisInput input)
    {
        var services = input.Of("Service").ToLookup(s => s.Namespace);
        foreach (var gateway in input.Of("Gateway"))
        {
            var selector = gateway.Spec.Map("selector");
            var pods = input.Of("Pod").Where(p => selector.Selects(p.Labels)).ToList();
            if (pods.Count == 0)
            {
                yield return NoPods(gateway, selector);
                continue;
            }
            var open = pods.SelectMany(p => services[p.Namespace].Where(s => s.Spec.Map("selector").Selects(p.Labels))).Distinct()
                .SelectMany(s => s.Spec.Objects("ports")).Where(p => p.Str("protocol") == "TCP").Select(TargetOf).ToHashSet();
            foreach (var port in gateway.Spec.Objects("servers").Select(s => s.Obj("port")).OfType<JsonObject>().Select(p => p.Num("number") ?? 0))
            {
                if (!open.Contains(port)) yield return Finding.At(Messages.GatewayPortNotDefinedOnService, gateway, SelectorField(selector), port, selector.ToSelectorText());
            }
        }
    }

    public static IEnumerable<Finding> Secrets(AnalysisInput input)
    {
        foreach (var gateway in input.Of("Gateway"))
        {
            var selector = gateway.Spec.Map("selector");
            if (input.Of("Pod").FirstOrDefault(p => selector.Selects(p.Labels)) is not { } pod)
            {
                yield return NoPods(gateway, selector);
                continue;
            }
            foreach (var (i, server) in gateway.Spec.Objects("servers").Index())
            {
                if (server.Str("tls", "credentialName") is not { Length: > 0 } credential) continue;
                var (ns, name) = HostName.Split(credential, pod.Namespace);
                var field = $".spec.servers[{i}].tls.credentialName";
                if (input.Find("Secret", ns, name) is not { } secret) yield return Finding.At(Messages.ReferencedResourceNotFound, gateway, field, "credentialName", GoText.Quote(credential));
                else if (!GatewayCredential.IsValid(secret.Object, input.Time)) yield return Finding.At(Messages.InvalidGatewayCredential, gateway, field, gateway.Name, pod.Namespace);
            }
        }
    }

    public static IEnumerable<Finding> Certificates(AnalysisInput input)
    {
        var byCertificate = input.Of("Gateway").SelectMany(g => CertificatesOf(g).Select(c => (Certificate: c, Gateway: g))).ToLookup(x => x.Certificate, x => x.Gateway);
        foreach (var gateway in input.Of("Gateway"))
        {
            var selector = gateway.Spec.Map("selector");
            foreach (var other in CertificatesOf(gateway).SelectMany(c => byCertificate[c]).Where(g => g != gateway && selector.Selects(g.Spec.Map("selector"))))
                yield return Finding.At(Messages.GatewayDuplicateCertificate, gateway, ".metadata.name", GoText.List([gateway.FullName, other.FullName]));
        }
    }

    public static Finding NoPods(AnalysisObject gateway, IReadOnlyDictionary<string, string> selector) =>
        Finding.At(Messages.ReferencedResourceNotFound, gateway, SelectorField(selector), "selector", GoText.Quote(selector.ToSelectorText()));

    private static string SelectorField(IReadOnlyDictionary<string, string> selector) => ".spec.selector." + selector.FirstLabel();

    private static IEnumerable<string> CertificatesOf(AnalysisObject gateway) =>
        gateway.Spec.Objects("servers").Select(s => s.Obj("tls")).OfType<JsonObject>().Select(t => $"{t.Str("credentialName")}-{t.Str("serverCertificate")}-{t.Str("privateKey")}");

    /// <summary>The port of the pod: a gateway's server listens there.</summary>
    private static long TargetOf(JsonObject port)
    {
        var target = port.Num("targetPort") ?? (long.TryParse(port.Str("targetPort"), out var number) ? number : 0);
        return target != 0 ? target : port.Num("port") ?? 0;
    }
}
