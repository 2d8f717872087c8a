using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Webhooks that should lead to a control plane outside of the cluster.</summary>
internal static class ExternalControlPlaneAnalyzer
{
    public static IEnumerable<Finding> Run(AnalysisInput input) =>
        input.Of("ValidatingWebhookConfiguration").Where(c => c.Name == "istiod-default-validator" || c.Name.StartsWith("istio-validator", StringComparison.Ordinal))
            .Concat(input.Of("MutatingWebhookConfiguration").Where(c => c.Name.StartsWith("istio-sidecar-injector", StringComparison.Ordinal)))
            .SelectMany(c => c.Object.Objects("webhooks").Select(h => Check(c, h.Str("name") ?? "", h.Obj("clientConfig"))).OfType<Finding>());

    private static Finding? Check(AnalysisObject configuration, string hook, JsonObject? client)
    {
        if (client.Str("url") is not { } url)
            return client.Obj("service") is null ? Finding.Of(Messages.InvalidExternalControlPlaneConfig, configuration, "", hook, "is blank") : null;
        if (!Uri.TryCreate(url, UriKind.RelativeOrAbsolute, out var parsed)) return Finding.Of(Messages.InvalidExternalControlPlaneConfig, configuration, url, hook, "was provided in an invalid format");
        var host = parsed.IsAbsoluteUri ? parsed.Host.Trim('[', ']') : "";
        if (IPAddress.TryParse(host, out _)) return Finding.Of(Messages.ExternalControlPlaneAddressIsNotAHostname, configuration, url, hook);
        // No name is asked for outside: of those that can be written only the reserved one has surely no address.
        return host.Length == 0 || host.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase) ? Finding.Of(Messages.InvalidExternalControlPlaneConfig, configuration, url, hook, "cannot be resolved via a DNS lookup") : null;
    }
}
