using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Injection;

namespace Portal.Sandbox.Istioctl;

/// <summary>The data of the ConfigMap <c>istio-sidecar-injector</c>: of the installation's values those that say which proxy pods get.</summary>
internal static class InjectorConfigMap
{
    public static JsonObject Data()
    {
        var slash = ProxyTemplate.Image.LastIndexOf('/');
        var colon = ProxyTemplate.Image.LastIndexOf(':');
        var values = new JsonObject
        {
            ["global"] = new JsonObject { ["hub"] = ProxyTemplate.Image[..slash], ["istioNamespace"] = "istio-system", ["proxy"] = new JsonObject { ["image"] = ProxyTemplate.Image[(slash + 1)..colon] }, ["tag"] = ProxyTemplate.Image[(colon + 1)..] },
            ["revision"] = "",
            ["sidecarInjectorWebhook"] = new JsonObject { ["enableNamespacesByDefault"] = false, ["rewriteAppHTTPProbe"] = true },
        };
        return new() { ["values"] = values.ToText() };
    }
}
