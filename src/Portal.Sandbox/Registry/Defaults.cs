using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>Values that the API server fills in (kubernetes/pkg/apis/*/defaults.go). Clients rely on many of them being there.</summary>
internal static class Defaults
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    public static void Apply(ResourceType type, JsonObject obj)
    {
        switch (type.Resource)
        {
            case "pods": PodDefaults.Pod(obj); break;
            case "podtemplates": PodDefaults.Template(obj); break;
            case "services": Service(obj.Ensure("spec")); break;
            case "namespaces":
                obj.Ensure("spec").Default("finalizers", new JsonArray("kubernetes"));
                obj.Ensure("status").Default("phase", "Active");
                if (obj.Str("metadata", "name") is { Length: > 0 } name) obj.Ensure("metadata").Ensure("labels")["kubernetes.io/metadata.name"] = name;
                break;
            case "replicationcontrollers": Controller(obj); break;
            case "deployments.apps": Deployment(obj.Ensure("spec")); break;
            case "replicasets.apps":
                obj.Ensure("spec").Default("replicas", 1);
                PodDefaults.Template(obj.Ensure("spec"));
                break;
            case "statefulsets.apps": StatefulSet(obj.Ensure("spec")); break;
            case "daemonsets.apps": DaemonSet(obj.Ensure("spec")); break;
            case "jobs.batch": Job(obj); break;
            case "cronjobs.batch": CronJob(obj.Ensure("spec")); break;
            case "secrets":
                if (string.IsNullOrEmpty(obj.Str("type"))) obj["type"] = "Opaque";
                foreach (var (key, text) in obj.Map("stringData")) obj.Ensure("data")[key] = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
                obj.Remove("stringData");
                break;
            case "endpoints":
                foreach (var port in obj.Objects("subsets").SelectMany(s => s.Objects("ports"))) port.Default("protocol", "TCP");
                break;
            case "endpointslices.discovery.k8s.io":
                foreach (var port in obj.Objects("ports"))
                {
                    port.Default("name", "");
                    port.Default("protocol", "TCP");
                }
                break;
            case "persistentvolumeclaims": obj.Ensure("spec").Default("volumeMode", "Filesystem"); break;
            case "persistentvolumes":
                obj.Ensure("spec").Default("persistentVolumeReclaimPolicy", "Retain");
                obj.Ensure("spec").Default("volumeMode", "Filesystem");
                obj.Obj("spec", "hostPath")?.Default("type", "");
                break;
            case "storageclasses.storage.k8s.io":
                obj.Default("reclaimPolicy", "Delete");
                obj.Default("volumeBindingMode", "Immediate");
                break;
            case "networkpolicies.networking.k8s.io": NetworkPolicy(obj.Ensure("spec")); break;
            case "horizontalpodautoscalers.autoscaling": Autoscaler(obj.Ensure("spec")); break;
            case "limitranges":
                foreach (var limit in obj.Objects("spec", "limits")) Limit(limit);
                break;
            case "priorityclasses.scheduling.k8s.io": obj.Default("preemptionPolicy", "PreemptLowerPriority"); break;
            case "mutatingwebhookconfigurations.admissionregistration.k8s.io" or "validatingwebhookconfigurations.admissionregistration.k8s.io":
                foreach (var hook in obj.Objects("webhooks")) Webhook(hook, mutating: type.Kind[0] == 'M');
                break;
            case "customresourcedefinitions.apiextensions.k8s.io": Definition(obj.Ensure("spec")); break;
            case "events": obj.Default("count", 1); break;
            case "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io":
                if (!obj.ContainsKey("rules")) obj["rules"] = null;
                break;
            case "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io": Binding(obj); break;
        }
    }

    private static void Controller(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("replicas", 1);
        if (spec.Obj("template") is null) return;
        PodDefaults.Template(spec);
        if (spec.Obj("template", "metadata", "labels") is not { } labels) return;
        if (spec.Obj("selector") is not { Count: > 0 }) spec["selector"] = labels.DeepClone();
        if (obj.Obj("metadata", "labels") is not { Count: > 0 }) obj.Ensure("metadata")["labels"] = labels.DeepClone();
    }

    private static void Deployment(JsonObject spec)
    {
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", 10);
        spec.Default("progressDeadlineSeconds", 600);
        var strategy = spec.Ensure("strategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate")
        {
            strategy.Ensure("rollingUpdate").Default("maxUnavailable", "25%");
            strategy.Ensure("rollingUpdate").Default("maxSurge", "25%");
        }
        PodDefaults.Template(spec);
    }

    private static void StatefulSet(JsonObject spec)
    {
        spec.Default("replicas", 1);
        spec.Default("revisionHistoryLimit", 10);
        spec.Default("podManagementPolicy", "OrderedReady");
        var strategy = spec.Ensure("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate") strategy.Ensure("rollingUpdate").Default("partition", 0);
        spec.Ensure("persistentVolumeClaimRetentionPolicy").Default("whenDeleted", "Retain");
        spec.Ensure("persistentVolumeClaimRetentionPolicy").Default("whenScaled", "Retain");
        foreach (var claim in spec.Objects("volumeClaimTemplates"))
        {
            claim.Default("apiVersion", "v1");
            claim.Default("kind", "PersistentVolumeClaim");
            claim.Ensure("metadata").TryAdd("creationTimestamp", null);
            claim.Ensure("spec").Default("volumeMode", "Filesystem");
            claim.Ensure("status").Default("phase", "Pending");
        }
        PodDefaults.Template(spec);
    }

    private static void DaemonSet(JsonObject spec)
    {
        spec.Default("revisionHistoryLimit", 10);
        var strategy = spec.Ensure("updateStrategy");
        strategy.Default("type", "RollingUpdate");
        if (strategy.Str("type") == "RollingUpdate")
        {
            strategy.Ensure("rollingUpdate").Default("maxUnavailable", 1);
            strategy.Ensure("rollingUpdate").Default("maxSurge", 0);
        }
        PodDefaults.Template(spec);
    }

    private static void Service(JsonObject spec)
    {
        spec.Default("type", "ClusterIP");
        spec.Default("sessionAffinity", "None");
        if (spec.Str("sessionAffinity") == "ClientIP") spec.Ensure("sessionAffinityConfig").Ensure("clientIP").Default("timeoutSeconds", 10800);
        else if (spec.Obj("sessionAffinityConfig") is not null && spec.Str("sessionAffinity") == "None") spec.Remove("sessionAffinityConfig");
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
            if (port["targetPort"] is null || port.Num("targetPort") == 0 || port.Str("targetPort") == "") port["targetPort"] = port["port"]?.DeepClone();
        }
    }

    private static void CronJob(JsonObject spec)
    {
        spec.Default("concurrencyPolicy", "Allow");
        spec.Default("suspend", false);
        spec.Default("successfulJobsHistoryLimit", 3);
        spec.Default("failedJobsHistoryLimit", 1);
        spec.Ensure("jobTemplate").Ensure("metadata").TryAdd("creationTimestamp", null);
        PodDefaults.Template(spec.Ensure("jobTemplate").Ensure("spec"));
    }

    private static void Job(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("backoffLimit", spec.ContainsKey("backoffLimitPerIndex") ? int.MaxValue : 6);
        if (!spec.ContainsKey("completions") && !spec.ContainsKey("parallelism")) spec["completions"] = 1;
        spec.Default("parallelism", 1);
        spec.Default("podReplacementPolicy", spec.ContainsKey("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        spec.Default("manualSelector", false);
        PodDefaults.Template(spec);
        LabelsOfTemplate(obj, spec);
    }

    private static void LabelsOfTemplate(JsonObject obj, JsonObject spec)
    {
        if (spec.Obj("template", "metadata", "labels") is { Count: > 0 } labels && obj.Obj("metadata", "labels") is not { Count: > 0 }) obj.Ensure("metadata")["labels"] = labels.DeepClone();
    }

    /// <summary>What a kind's strategy adds when an object is created, and never again: a job finds its pods by its own uid.</summary>
    public static void PrepareForCreate(ResourceType type, JsonObject obj)
    {
        if (type.Resource != "jobs.batch" || obj.Flag("spec", "manualSelector") == true) return;
        GenerateSelector(obj, obj.Ensure("spec"));
        LabelsOfTemplate(obj, obj.Ensure("spec"));
    }

    private static void GenerateSelector(JsonObject obj, JsonObject spec)
    {
        if (spec.Obj("selector", "matchLabels") is { } given && (given.ContainsKey("controller-uid") || given.ContainsKey("batch.kubernetes.io/controller-uid")) || obj.Str("metadata", "uid") is not { } uid) return;
        var name = obj.Str("metadata", "name") ?? "";
        var labels = spec.Ensure("template").Ensure("metadata").Ensure("labels");
        foreach (var prefix in (ReadOnlySpan<string>)["batch.kubernetes.io/", ""])
        {
            labels[prefix + "controller-uid"] = uid;
            labels[prefix + "job-name"] = name;
        }
        spec.Ensure("selector").Ensure("matchLabels")["batch.kubernetes.io/controller-uid"] = uid;
    }

    private static void NetworkPolicy(JsonObject spec)
    {
        foreach (var port in spec.Objects("ingress").Concat(spec.Objects("egress")).SelectMany(r => r.Objects("ports"))) port.Default("protocol", "TCP");
        spec.Default("podSelector", new JsonObject());
        if (spec.Arr("policyTypes") is { Count: > 0 }) return;
        spec["policyTypes"] = spec.Arr("egress") is { Count: > 0 } ? new JsonArray("Ingress", "Egress") : new JsonArray("Ingress");
    }

    private static void Autoscaler(JsonObject spec)
    {
        spec.Default("minReplicas", 1);
        if (spec.Arr("metrics") is not { Count: > 0 })
        {
            spec["metrics"] = new JsonArray(new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject { ["name"] = "cpu", ["target"] = new JsonObject { ["type"] = "Utilization", ["averageUtilization"] = 80 } },
            });
        }
        if (spec.Obj("behavior") is not { } behavior) return;
        static JsonObject Policy(string type, int value) => new() { ["type"] = type, ["value"] = value, ["periodSeconds"] = 15 };
        var up = behavior.Ensure("scaleUp");
        up.Default("stabilizationWindowSeconds", 0);
        up.Default("selectPolicy", "Max");
        up.Default("policies", new JsonArray(Policy("Pods", 4), Policy("Percent", 100)));
        var down = behavior.Ensure("scaleDown");
        down.Default("selectPolicy", "Max");
        down.Default("policies", new JsonArray(Policy("Percent", 100)));
    }

    private static void Limit(JsonObject limit)
    {
        if (limit.Str("type") != "Container") return;
        foreach (var (target, source) in (ReadOnlySpan<(string, string)>)[("default", "max"), ("defaultRequest", "default"), ("defaultRequest", "min")])
        {
            foreach (var (name, value) in limit.Obj(source) ?? []) limit.Ensure(target).Default(name, value?.DeepClone());
        }
    }

    private static void Webhook(JsonObject hook, bool mutating)
    {
        hook.Default("failurePolicy", "Fail");
        hook.Default("matchPolicy", "Equivalent");
        hook.Default("namespaceSelector", new JsonObject());
        hook.Default("objectSelector", new JsonObject());
        hook.Default("timeoutSeconds", 10);
        if (mutating) hook.Default("reinvocationPolicy", "Never");
        hook.Obj("clientConfig", "service")?.Default("port", 443);
        foreach (var rule in hook.Objects("rules")) rule.Default("scope", "*");
    }

    private static void Binding(JsonObject obj)
    {
        if (obj.Obj("roleRef") is { } reference && string.IsNullOrEmpty(reference.Str("apiGroup"))) reference["apiGroup"] = RbacGroup;
        foreach (var subject in obj.Objects("subjects"))
        {
            if (subject.Str("kind") is "User" or "Group" && string.IsNullOrEmpty(subject.Str("apiGroup"))) subject["apiGroup"] = RbacGroup;
        }
    }

    private static void Definition(JsonObject spec)
    {
        var names = spec.Ensure("names");
        var kind = names.Str("kind") ?? "";
        names.Default("singular", kind.ToLowerInvariant());
        if (kind.Length > 0) names.Default("listKind", kind + "List");
        if (string.IsNullOrEmpty(spec.Str("conversion", "strategy"))) spec.Ensure("conversion")["strategy"] = "None";
    }
}
