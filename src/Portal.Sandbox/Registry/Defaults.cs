using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>Values that the API server fills in (kubernetes/pkg/apis/*/defaults.go). Clients rely on many of them being there.</summary>
internal static class Defaults
{
    public static void Apply(ResourceType type, JsonObject obj)
    {
        switch (type.Resource)
        {
            case "pods": PodSpec(obj.Ensure("spec")); break;
            case "services": Service(obj.Ensure("spec")); break;
            case "namespaces":
                obj.Ensure("spec").Default("finalizers", new JsonArray("kubernetes"));
                obj.Ensure("status").Default("phase", "Active");
                obj.Ensure("metadata").Ensure("labels")["kubernetes.io/metadata.name"] = obj.Str("metadata", "name");
                break;
            case "deployments.apps":
                var deployment = obj.Ensure("spec");
                deployment.Default("replicas", 1);
                deployment.Default("revisionHistoryLimit", 10);
                deployment.Default("progressDeadlineSeconds", 600);
                var strategy = deployment.Ensure("strategy");
                strategy.Default("type", "RollingUpdate");
                if (strategy.Str("type") == "RollingUpdate")
                {
                    strategy.Ensure("rollingUpdate").Default("maxUnavailable", "25%");
                    strategy.Ensure("rollingUpdate").Default("maxSurge", "25%");
                }
                Template(deployment);
                break;
            case "replicasets.apps":
                obj.Ensure("spec").Default("replicas", 1);
                Template(obj.Ensure("spec"));
                break;
            case "statefulsets.apps":
                var stateful = obj.Ensure("spec");
                stateful.Default("replicas", 1);
                stateful.Default("revisionHistoryLimit", 10);
                stateful.Default("podManagementPolicy", "OrderedReady");
                stateful.Ensure("updateStrategy").Default("type", "RollingUpdate");
                if (stateful.Str("updateStrategy", "type") == "RollingUpdate") stateful.Ensure("updateStrategy").Ensure("rollingUpdate").Default("partition", 0);
                Template(stateful);
                break;
            case "daemonsets.apps":
                var daemon = obj.Ensure("spec");
                daemon.Default("revisionHistoryLimit", 10);
                daemon.Ensure("updateStrategy").Default("type", "RollingUpdate");
                if (daemon.Str("updateStrategy", "type") == "RollingUpdate")
                {
                    daemon.Ensure("updateStrategy").Ensure("rollingUpdate").Default("maxUnavailable", 1);
                    daemon.Ensure("updateStrategy").Ensure("rollingUpdate").Default("maxSurge", 0);
                }
                Template(daemon);
                break;
            case "jobs.batch": Job(obj.Ensure("spec")); break;
            case "cronjobs.batch":
                var cron = obj.Ensure("spec");
                cron.Default("concurrencyPolicy", "Allow");
                cron.Default("suspend", false);
                cron.Default("successfulJobsHistoryLimit", 3);
                cron.Default("failedJobsHistoryLimit", 1);
                Template(cron.Ensure("jobTemplate").Ensure("spec"));
                break;
            case "secrets": obj.Default("type", "Opaque"); break;
            case "ingresses.networking.k8s.io": break;
            case "customresourcedefinitions.apiextensions.k8s.io": Definition(obj.Ensure("spec")); break;
            case "events":
                obj.Default("count", 1);
                break;
            case "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io":
                if (!obj.ContainsKey("rules")) obj["rules"] = null;
                break;
            case "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io":
                foreach (var s in obj.Objects("subjects")) s.Default("apiGroup", s.Str("kind") == "ServiceAccount" ? null : "rbac.authorization.k8s.io");
                break;
        }
    }

    public static void PodSpec(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("securityContext", new JsonObject());
        spec.Default("schedulerName", "default-scheduler");
        if (spec.Str("serviceAccountName") is { } sa) spec["serviceAccount"] = sa;
        else if (spec.Str("serviceAccount") is { } old) spec["serviceAccountName"] = old;
        foreach (var c in spec.Objects("initContainers")) Container(c);
        foreach (var c in spec.Objects("containers")) Container(c);
        foreach (var v in spec.Objects("volumes"))
        {
            v.Obj("configMap")?.Default("defaultMode", 420);
            v.Obj("secret")?.Default("defaultMode", 420);
            v.Obj("projected")?.Default("defaultMode", 420);
            v.Obj("downwardAPI")?.Default("defaultMode", 420);
        }
    }

    private static void Template(JsonObject spec)
    {
        var template = spec.Ensure("template");
        // Go marshals the embedded metadata's zero time; clients see it and so must ours.
        var metadata = template.Ensure("metadata");
        if (!metadata.ContainsKey("creationTimestamp")) metadata["creationTimestamp"] = null;
        PodSpec(template.Ensure("spec"));
    }

    private static void Container(JsonObject c)
    {
        var image = c.Str("image") ?? "";
        var tag = image[(image.LastIndexOf('/') + 1)..];
        c.Default("imagePullPolicy", !tag.Contains('@', StringComparison.Ordinal) && (!tag.Contains(':', StringComparison.Ordinal) || tag.EndsWith(":latest", StringComparison.Ordinal)) ? "Always" : "IfNotPresent");
        c.Default("terminationMessagePath", "/dev/termination-log");
        c.Default("terminationMessagePolicy", "File");
        c.Default("resources", new JsonObject());
        foreach (var port in c.Objects("ports")) port.Default("protocol", "TCP");
        foreach (var env in c.Objects("env")) env.Obj("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
        foreach (var resource in c.Obj("resources", "limits") ?? [])
        {
            // A limit without a request becomes the request too.
            c.Ensure("resources").Ensure("requests").Default(resource.Key, resource.Value?.DeepClone());
        }
        foreach (var name in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (c.Obj(name) is not { } probe) continue;
            probe.Default("timeoutSeconds", 1);
            probe.Default("periodSeconds", 10);
            probe.Default("successThreshold", 1);
            probe.Default("failureThreshold", 3);
            if (probe.Obj("httpGet") is { } get)
            {
                get.Default("scheme", "HTTP");
                get.Default("path", "/");
            }
        }
    }

    private static void Service(JsonObject spec)
    {
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        if (spec.Str("type") != "ExternalName")
        {
            spec.Default("internalTrafficPolicy", "Cluster");
            spec.Default("ipFamilyPolicy", "SingleStack");
            spec.Default("ipFamilies", new JsonArray("IPv4"));
        }
        if (spec.Str("type") is "NodePort" or "LoadBalancer") spec.Default("externalTrafficPolicy", "Cluster");
        if (spec.Str("type") == "LoadBalancer") spec.Default("allocateLoadBalancerNodePorts", true);
        foreach (var port in spec.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            port.Default("targetPort", port["port"]?.DeepClone());
        }
    }

    private static void Job(JsonObject spec)
    {
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("backoffLimit", 6);
        if (!spec.ContainsKey("completions") && !spec.ContainsKey("parallelism")) spec["completions"] = 1;
        spec.Default("parallelism", 1);
        spec.Default("podReplacementPolicy", "TerminatingOrFailed");
        spec.Default("manualSelector", false);
        Template(spec);
    }

    private static void Definition(JsonObject spec)
    {
        var names = spec.Ensure("names");
        var kind = names.Str("kind") ?? "";
        names.Default("singular", kind.ToLowerInvariant());
        names.Default("listKind", kind + "List");
        spec.Default("scope", "Namespaced");
        spec.Default("conversion", new JsonObject { ["strategy"] = "None" });
    }
}
