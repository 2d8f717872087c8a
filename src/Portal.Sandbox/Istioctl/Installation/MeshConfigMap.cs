using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Installation;

/// <summary>The data of the ConfigMaps that an installation leaves: the mesh's configuration and the injector's.</summary>
internal static class MeshConfigMap
{
    public static JsonObject Mesh(OperatorSpec spec)
    {
        var mesh = new JsonObject
        {
            ["defaultConfig"] = new JsonObject { ["discoveryAddress"] = $"istiod{spec.Suffix}.{spec.Namespace}.svc:15012" },
            ["defaultProviders"] = new JsonObject { ["metrics"] = new JsonArray("prometheus") },
            ["enablePrometheusMerge"] = true,
            ["rootNamespace"] = spec.Namespace,
            ["trustDomain"] = "cluster.local",
        };
        if (spec.Spec.Obj("meshConfig") is { } settings) SettingPath.Merge(mesh, settings);
        return new() { ["mesh"] = YamlText.Write(mesh).TrimEnd('\n'), ["meshNetworks"] = "networks: {}" };
    }

    public static JsonObject Values(OperatorSpec spec) => new() { ["merged-values"] = Merged(spec).ToText(), ["original-values"] = (spec.Spec.Obj("values") ?? []).ToText() };

    public static JsonObject Injector(OperatorSpec spec) => new()
    {
        ["config"] = YamlText.Write(new JsonObject
        {
            ["policy"] = spec.Spec.Str("values", "global", "proxy", "autoInject") ?? "enabled",
            ["defaultTemplates"] = new JsonArray("sidecar"), ["alwaysInjectSelector"] = new JsonArray(), ["neverInjectSelector"] = new JsonArray(), ["injectedAnnotations"] = new JsonObject(),
        }).TrimEnd('\n'),
        ["values"] = Merged(spec).ToText(),
    };

    private static JsonObject Merged(OperatorSpec spec)
    {
        var values = new JsonObject
        {
            ["global"] = new JsonObject
            {
                ["hub"] = spec.Hub ?? "registry.istio.io/release", ["tag"] = spec.Tag, ["istioNamespace"] = spec.Namespace, ["caName"] = "", ["network"] = "",
                ["proxy"] = new JsonObject { ["autoInject"] = "enabled", ["clusterDomain"] = "cluster.local", ["image"] = "proxyv2", ["logLevel"] = "warning" },
            },
            ["revision"] = spec.Revision == OperatorSpec.DefaultRevision ? "" : spec.Revision,
            ["sidecarInjectorWebhook"] = new JsonObject { ["enableNamespacesByDefault"] = false, ["rewriteAppHTTPProbe"] = true },
        };
        if (spec.Spec.Obj("values") is { } given) SettingPath.Merge(values, given);
        return values;
    }
}
