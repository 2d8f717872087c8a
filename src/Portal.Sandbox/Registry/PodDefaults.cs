using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>Values that the API server fills into pods and templates (kubernetes/pkg/apis/core/v1/defaults.go).</summary>
internal static class PodDefaults
{
    public static void Pod(JsonObject pod)
    {
        var spec = pod.Ensure("spec");
        foreach (var c in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            // A limit without a request becomes the request too; in pods only, a template stays as it was written.
            foreach (var (resource, limit) in c.Obj("resources", "limits") ?? []) c.Ensure("resources").Ensure("requests").Default(resource, limit?.DeepClone());
        }
        Spec(spec);
    }

    public static void Template(JsonObject spec)
    {
        var template = spec.Ensure("template");
        // Go marshals the embedded metadata's zero time; clients see it and so must ours.
        var metadata = template.Ensure("metadata");
        if (!metadata.ContainsKey("creationTimestamp")) metadata["creationTimestamp"] = null;
        Spec(template.Ensure("spec"));
    }

    private static void Spec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("securityContext", new JsonObject());
        spec.Default("schedulerName", "default-scheduler");
        if (spec.Str("serviceAccountName") is { } sa) spec["serviceAccount"] = sa;
        else if (spec.Str("serviceAccount") is { } old) spec["serviceAccountName"] = old;
        var hostNetwork = spec.Flag("hostNetwork") == true;
        foreach (var c in spec.Objects("initContainers").Concat(spec.Objects("containers")).Concat(spec.Objects("ephemeralContainers"))) Container(c, hostNetwork);
        foreach (var v in spec.Objects("volumes")) Volume(v);
        foreach (var constraint in spec.Objects("topologySpreadConstraints"))
        {
            if (constraint["labelSelector"] is null && constraint.ContainsKey("labelSelector")) constraint.Remove("labelSelector");
        }
    }

    private static void Container(JsonObject c, bool hostNetwork)
    {
        var image = c.Str("image") ?? "";
        var tag = image[(image.LastIndexOf('/') + 1)..];
        c.Default("imagePullPolicy", !tag.Contains('@', StringComparison.Ordinal) && (!tag.Contains(':', StringComparison.Ordinal) || tag.EndsWith(":latest", StringComparison.Ordinal)) ? "Always" : "IfNotPresent");
        c.Default("terminationMessagePath", "/dev/termination-log");
        c.Default("terminationMessagePolicy", "File");
        c.Default("resources", new JsonObject());
        foreach (var port in c.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (hostNetwork && port.Num("hostPort") is null or 0) port["hostPort"] = port["containerPort"]?.DeepClone();
        }
        foreach (var source in c.Objects("env").Select(e => e.Obj("valueFrom")))
        {
            source.Obj("fieldRef")?.Default("apiVersion", "v1");
            source.Obj("resourceFieldRef")?.Default("divisor", "0");
        }
        foreach (var name in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (c.Obj(name) is not { } probe) continue;
            Positive(probe, "timeoutSeconds", 1);
            Positive(probe, "periodSeconds", 10);
            Positive(probe, "successThreshold", 1);
            Positive(probe, "failureThreshold", 3);
            if (probe.Num("initialDelaySeconds") == 0) probe.Remove("initialDelaySeconds");
            Get(probe);
            probe.Obj("grpc")?.Default("service", "");
        }
        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (c.Obj("lifecycle", hook) is { } handler) Get(handler);
        }
    }

    private static void Get(JsonObject handler)
    {
        if (handler.Obj("httpGet") is not { } get) return;
        if (string.IsNullOrEmpty(get.Str("path"))) get["path"] = "/";
        if (string.IsNullOrEmpty(get.Str("scheme"))) get["scheme"] = "HTTP";
    }

    private static void Volume(JsonObject volume)
    {
        if (!volume.Any(p => p.Key != "name" && p.Value is not null)) volume["emptyDir"] = new JsonObject();
        foreach (var kind in (ReadOnlySpan<string>)["configMap", "secret", "projected", "downwardAPI"]) volume.Obj(kind)?.Default("defaultMode", 420);
        volume.Obj("hostPath")?.Default("type", "");
        foreach (var item in volume.Objects("downwardAPI", "items")) Field(item);
        foreach (var source in volume.Objects("projected", "sources"))
        {
            source.Obj("serviceAccountToken")?.Default("expirationSeconds", 3600);
            foreach (var item in source.Objects("downwardAPI", "items")) Field(item);
        }
        if (volume.Obj("ephemeral", "volumeClaimTemplate") is not { } claim) return;
        claim.Ensure("metadata").TryAdd("creationTimestamp", null);
        claim.Obj("spec")?.Default("volumeMode", "Filesystem");
    }

    private static void Field(JsonObject item)
    {
        item.Obj("fieldRef")?.Default("apiVersion", "v1");
        item.Obj("resourceFieldRef")?.Default("divisor", "0");
    }

    /// <summary>Zero counts as absent.</summary>
    private static void Positive(JsonObject parent, string name, int value)
    {
        if (parent.Num(name) is null or 0) parent[name] = value;
    }
}
