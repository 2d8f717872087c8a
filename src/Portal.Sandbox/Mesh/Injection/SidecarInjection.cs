using System.Text.Json.Nodes;
using Portal.Sandbox.Admission;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Mesh.Injection;

/// <summary>
/// Adds the proxy to pods, when an injector's MutatingWebhookConfiguration is there and its istiod answers. Rules: facts of
/// Istio's mutatingwebhook.yaml (namespace label, pod label, revision).
/// </summary>
internal sealed class SidecarInjection : IAdmissionPlugin
{
    private const string ProxyImage = "registry.istio.io/release/proxyv2:1.30.3";

    public void Mutate(AdmissionRequest request)
    {
        if (request.Type.Resource != "pods" || !request.IsCreate) return;
        var ns = request.Object.Str("metadata", "namespace") ?? "";
        if (ns is "kube-system" or "kube-public" || request.Object.Flag("spec", "hostNetwork") == true) return;
        if (!HasInjector(request.Snapshot) || !Wanted(request.Snapshot, ns, request.Object)) return;
        if (!IstiodAnswers(request.Snapshot))
        {
            throw new ApiException(500, "InternalError", "Internal error occurred: failed calling webhook \"namespace.sidecar-injector.istio.io\": failed to call webhook: Post \"https://istiod.istio-system.svc:443/inject?timeout=10s\": no endpoints available for service \"istiod\"");
        }
        Inject(request.Object);
    }

    private static bool HasInjector(StoreSnapshot snapshot) => snapshot.List("mutatingwebhookconfigurations.admissionregistration.k8s.io")
        .Any(w => w.Parse().Objects("webhooks").Any(h => h.Str("clientConfig", "service", "name") == "istiod"));

    private static bool Wanted(StoreSnapshot snapshot, string ns, JsonObject pod)
    {
        var labels = snapshot.Find("namespaces", "", ns)?.Labels ?? JsonExtensions.EmptyMap;
        var space = labels.GetValueOrDefault("istio-injection");
        var podLabel = pod.Str("metadata", "labels", "sidecar.istio.io/inject") ?? pod.Str("metadata", "annotations", "sidecar.istio.io/inject");
        if (space == "disabled" || podLabel == "false") return false;
        if (space == "enabled") return true;
        if (labels.GetValueOrDefault("istio.io/rev") == "default") return true;
        return !labels.ContainsKey("istio.io/rev") && (podLabel == "true" || pod.Str("metadata", "labels", "istio.io/rev") == "default");
    }

    private static bool IstiodAnswers(StoreSnapshot snapshot) => snapshot.Find("endpoints", MeshConfig.RootNamespace, "istiod")?.Parse().Objects("subsets").Any(s => s.Arr("addresses") is { Count: > 0 }) == true;

    private static void Inject(JsonObject pod)
    {
        var spec = pod.Ensure("spec");
        var first = spec.Objects("containers").FirstOrDefault().Str("name") ?? "";
        var metadata = pod.Ensure("metadata");
        var labels = metadata.Ensure("labels");
        labels["security.istio.io/tlsMode"] = "istio";
        labels.Default("service.istio.io/canonical-name", labels.Str("app.kubernetes.io/name") ?? labels.Str("app") ?? metadata.Str("name") ?? metadata.Str("generateName")?.TrimEnd('-'));
        labels.Default("service.istio.io/canonical-revision", labels.Str("version") ?? labels.Str("app.kubernetes.io/version") ?? "latest");
        var annotations = metadata.Ensure("annotations");
        annotations.Default("istio.io/rev", "default");
        annotations.Default("kubectl.kubernetes.io/default-container", first);
        annotations.Default("kubectl.kubernetes.io/default-logs-container", first);
        annotations.Default("prometheus.io/path", "/stats/prometheus");
        annotations.Default("prometheus.io/port", "15020");
        annotations.Default("prometheus.io/scrape", "true");
        var volumes = new[] { "workload-socket", "credential-socket", "workload-certs", "istio-envoy", "istio-data" };
        annotations["sidecar.istio.io/status"] = new JsonObject
        {
            ["initContainers"] = new JsonArray("istio-init", "istio-proxy"), ["containers"] = null, ["volumes"] = new JsonArray([.. volumes.Append("istio-podinfo").Append("istio-token").Append("istiod-ca-cert").Select(v => (JsonNode)v)]),
            ["imagePullSecrets"] = null, ["revision"] = "default",
        }.ToText();
        var init = spec.EnsureArray("initContainers");
        init.Insert(0, InitContainer());
        init.Insert(1, Proxy());
        var list = spec.EnsureArray("volumes");
        foreach (var name in volumes) list.Add(new JsonObject { ["name"] = name, ["emptyDir"] = new JsonObject() });
        list.Add(new JsonObject { ["name"] = "istiod-ca-cert", ["configMap"] = new JsonObject { ["name"] = "istio-ca-root-cert", ["defaultMode"] = 420 } });
    }

    /// <summary>Redirects the pod's traffic to the proxy; ends at once.</summary>
    private static JsonObject InitContainer() => Container("istio-init", new JsonArray("istio-iptables", "-p", "15001", "-z", "15006", "-u", "1337", "-m", "REDIRECT", "-i", "*", "-x", "", "-b", "*", "-d", "15090,15021,15020"));

    /// <summary>A native sidecar: an init container that keeps running.</summary>
    private static JsonObject Proxy()
    {
        var proxy = Container("istio-proxy", new JsonArray("proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--proxyLogLevel=warning", "--proxyComponentLogLevel=misc:error", "--log_output_level=default:info"));
        proxy["restartPolicy"] = "Always";
        proxy["ports"] = new JsonArray(new JsonObject { ["name"] = "http-envoy-prom", ["containerPort"] = 15090, ["protocol"] = "TCP" });
        proxy["securityContext"] = new JsonObject { ["runAsUser"] = 1337, ["runAsGroup"] = 1337, ["runAsNonRoot"] = true, ["privileged"] = false, ["allowPrivilegeEscalation"] = false, ["readOnlyRootFilesystem"] = true, ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") } };
        proxy["readinessProbe"] = new JsonObject { ["httpGet"] = new JsonObject { ["path"] = "/healthz/ready", ["port"] = 15021, ["scheme"] = "HTTP" }, ["periodSeconds"] = 15, ["timeoutSeconds"] = 3, ["failureThreshold"] = 4, ["successThreshold"] = 1 };
        return proxy;
    }

    private static JsonObject Container(string name, JsonArray args) => new()
    {
        ["name"] = name, ["image"] = ProxyImage, ["imagePullPolicy"] = "IfNotPresent", ["args"] = args,
        ["resources"] = new JsonObject { ["limits"] = new JsonObject { ["cpu"] = "2", ["memory"] = "1Gi" }, ["requests"] = new JsonObject { ["cpu"] = "10m", ["memory"] = "40Mi" } },
        ["terminationMessagePath"] = "/dev/termination-log", ["terminationMessagePolicy"] = "File",
    };
}
