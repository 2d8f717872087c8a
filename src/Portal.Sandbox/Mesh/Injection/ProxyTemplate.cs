using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Injection;

/// <summary>What injection makes of a pod: a native sidecar (a restartable init container), or, with the template <c>gateway</c>, a gateway.</summary>
internal static class ProxyTemplate
{
    private const string Proxy = "istio-proxy";
    private const string Init = "istio-init";

    private static readonly string[] s_volumes = ["workload-socket", "credential-socket", "workload-certs", "istio-envoy", "istio-data", "istio-podinfo", "istio-token", "istiod-ca-cert"];

    /// <summary>The proxy's image for pods that do not choose one.</summary>
    public static string Image { get; } = $"registry.istio.io/release/proxyv2:{ProfileManifests.Version}";

    public static void Apply(JsonObject pod, string revision)
    {
        var metadata = pod.Ensure("metadata");
        var spec = pod.Ensure("spec");
        var annotations = metadata.Ensure("annotations");
        var gateway = annotations.Str("inject.istio.io/templates")?.Split(',', StringSplitOptions.TrimEntries).Contains("gateway") == true;
        var first = spec.Objects("containers").FirstOrDefault(c => c.Str("name") != Proxy).Str("name") ?? Proxy;
        var labels = metadata.Ensure("labels");
        if (!gateway) labels["security.istio.io/tlsMode"] = "istio";
        labels.Default("service.istio.io/canonical-name", labels.Str("app.kubernetes.io/name") ?? labels.Str("app") ?? metadata.Str("name") ?? metadata.Str("generateName")?.TrimEnd('-'));
        labels.Default("service.istio.io/canonical-revision", labels.Str("app.kubernetes.io/version") ?? labels.Str("version") ?? "latest");
        annotations.Default("istio.io/rev", revision);
        annotations.Default("prometheus.io/path", "/stats/prometheus");
        annotations.Default("prometheus.io/port", "15020");
        annotations.Default("prometheus.io/scrape", "true");
        if (gateway) Gateway(pod, spec, annotations);
        else Sidecar(pod, spec, annotations, first, revision);
        var volumes = spec.EnsureArray("volumes");
        foreach (var name in s_volumes.Where(n => !volumes.Any(v => v.Str("name") == n)).Select(Volume)) volumes.Add(name);
    }

    private static void Sidecar(JsonObject pod, JsonObject spec, JsonObject annotations, string first, string revision)
    {
        var native = annotations.Str("sidecar.istio.io/nativeSidecar") != "false";
        annotations.Default("kubectl.kubernetes.io/default-container", first);
        annotations.Default("kubectl.kubernetes.io/default-logs-container", first);
        annotations["sidecar.istio.io/status"] = new JsonObject
        {
            ["initContainers"] = native ? new JsonArray(Init, Proxy) : new JsonArray(Init), ["containers"] = native ? null : new JsonArray(Proxy),
            ["volumes"] = new JsonArray([.. s_volumes.Select(v => (JsonNode)v)]), ["imagePullSecrets"] = null, ["revision"] = revision,
        }.ToText();
        var init = spec.EnsureArray("initContainers");
        init.Insert(0, Redirect(annotations));
        var proxy = ProxyContainer(pod, spec, annotations, "sidecar");
        if (native)
        {
            proxy["restartPolicy"] = "Always";
            init.Insert(1, proxy);
        }
        else spec.EnsureArray("containers").Add(proxy);
    }

    /// <summary>The pod's own container of that name, completed.</summary>
    private static void Gateway(JsonObject pod, JsonObject spec, JsonObject annotations)
    {
        var containers = spec.EnsureArray("containers");
        var template = ProxyContainer(pod, spec, annotations, "router");
        if (containers.OfType<JsonObject>().FirstOrDefault(c => c.Str("name") == Proxy) is not { } own)
        {
            containers.Add(template);
            return;
        }
        if (own.Str("image") is null or "auto" or "") own["image"] = template.Str("image");
        foreach (var (name, value) in template.Copy()) own.Default(name, value?.DeepClone());
    }

    /// <summary>Redirects the pod's traffic to the proxy; ends at once.</summary>
    private static JsonObject Redirect(JsonObject annotations)
    {
        string Value(string name, string fallback) => annotations.Str("traffic.sidecar.istio.io/" + name) ?? fallback;
        var excluded = Value("excludeInboundPorts", "");
        return Container(Init, Image, new JsonArray(
            "istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", Value("includeOutboundIPRanges", "*"), "-x", Value("excludeOutboundIPRanges", ""),
            "-b", Value("includeInboundPorts", "*"), "-d", "15090,15021,15020" + (excluded.Length > 0 ? "," + excluded : ""), "--log_output_level=default:info"));
    }

    private static JsonObject ProxyContainer(JsonObject pod, JsonObject spec, JsonObject annotations, string role)
    {
        var proxy = Container(Proxy, ImageOf(annotations), new JsonArray("proxy", role, "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=" + (annotations.Str("sidecar.istio.io/logLevel") ?? "warning"), "--proxyComponentLogLevel=misc:error", "--log_output_level=default:info"));
        proxy["ports"] = new JsonArray(new JsonObject { ["name"] = "http-envoy-prom", ["containerPort"] = 15090, ["protocol"] = "TCP" });
        proxy["env"] = Environment(pod, spec, annotations);
        proxy["securityContext"] = new JsonObject { ["runAsUser"] = 1337, ["runAsGroup"] = 1337, ["runAsNonRoot"] = true, ["privileged"] = false, ["allowPrivilegeEscalation"] = false, ["readOnlyRootFilesystem"] = true, ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") } };
        proxy["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/healthz/ready", ["port"] = 15021, ["scheme"] = "HTTP" }, ["periodSeconds"] = 15, ["timeoutSeconds"] = 3, ["failureThreshold"] = 4, ["successThreshold"] = 1 };
        foreach (var (kind, unit, annotation) in new[] { ("requests", "cpu", "proxyCPU"), ("requests", "memory", "proxyMemory"), ("limits", "cpu", "proxyCPULimit"), ("limits", "memory", "proxyMemoryLimit") })
            if (annotations.Str("sidecar.istio.io/" + annotation) is { } amount) proxy.Ensure("resources").Ensure(kind)[unit] = amount;
        return proxy;
    }

    private static string ImageOf(JsonObject annotations)
    {
        if (annotations.Str("sidecar.istio.io/proxyImage") is { } image) return image;
        return annotations.Str("sidecar.istio.io/proxyImageType") is { Length: > 0 } type and not "default" ? $"{Image}-{type}" : Image;
    }

    private static JsonArray Environment(JsonObject pod, JsonObject spec, JsonObject annotations)
    {
        var ports = spec.Objects("containers").SelectMany(c => c.Objects("ports")).Select(p => (JsonNode)new JsonObject { ["containerPort"] = p.Int(0, "containerPort"), ["protocol"] = p.Str("protocol") ?? "TCP" });
        var owner = pod.Objects("metadata", "ownerReferences").FirstOrDefault().Str("name");
        JsonObject Field(string name, string path) => new() { ["name"] = name, ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = path } } };
        JsonObject Value(string name, string value) => new() { ["name"] = name, ["value"] = value };
        return
        [
            Value("PILOT_CERT_PROVIDER", "istiod"), Value("CA_ADDR", "istiod.istio-system.svc:15012"),
            Field("POD_NAME", "metadata.name"), Field("POD_NAMESPACE", "metadata.namespace"), Field("INSTANCE_IP", "status.podIP"), Field("SERVICE_ACCOUNT", "spec.serviceAccountName"), Field("HOST_IP", "status.hostIP"),
            Value("PROXY_CONFIG", annotations.Str("proxy.istio.io/config") ?? "{}\n"), Value("ISTIO_META_POD_PORTS", new JsonArray([.. ports]).ToText()), Value("ISTIO_META_APP_CONTAINERS", string.Join(',', spec.Objects("containers").Select(c => c.Str("name")).Where(n => n != Proxy))),
            Value("ISTIO_META_CLUSTER_ID", "Kubernetes"), Field("ISTIO_META_NODE_NAME", "spec.nodeName"), Value("ISTIO_META_INTERCEPTION_MODE", "REDIRECT"),
            Value("ISTIO_META_WORKLOAD_NAME", owner is null ? pod.Str("metadata", "name") ?? "" : owner[..(owner.LastIndexOf('-') is > 0 and var dash ? dash : owner.Length)]), Value("ISTIO_META_MESH_ID", "cluster.local"), Value("TRUST_DOMAIN", "cluster.local"),
        ];
    }

    private static JsonObject Container(string name, string image, JsonArray args) => new()
    {
        ["name"] = name, ["image"] = image, ["imagePullPolicy"] = "IfNotPresent", ["args"] = args,
        ["resources"] = new JsonObject { ["limits"] = new JsonObject { ["cpu"] = "2", ["memory"] = "1Gi" }, ["requests"] = new JsonObject { ["cpu"] = "10m", ["memory"] = "40Mi" } },
        ["terminationMessagePath"] = "/dev/termination-log", ["terminationMessagePolicy"] = "File",
    };

    private static JsonObject Volume(string name) => name switch
    {
        "istiod-ca-cert" => new() { ["name"] = name, ["configMap"] = new JsonObject { ["name"] = "istio-ca-root-cert", ["defaultMode"] = 420 } },
        "istio-token" => new() { ["name"] = name, ["projected"] = new JsonObject { ["defaultMode"] = 420, ["sources"] = new JsonArray(new JsonObject { ["serviceAccountToken"] = new JsonObject { ["audience"] = "istio-ca", ["expirationSeconds"] = 43200, ["path"] = "istio-token" } }) } },
        "istio-podinfo" => new()
        {
            ["name"] = name,
            ["downwardAPI"] = new JsonObject { ["defaultMode"] = 420, ["items"] = new JsonArray(new JsonObject { ["path"] = "labels", ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.labels" } }, new JsonObject { ["path"] = "annotations", ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = "metadata.annotations" } }) },
        },
        _ => new() { ["name"] = name, ["emptyDir"] = new JsonObject() },
    };
}
