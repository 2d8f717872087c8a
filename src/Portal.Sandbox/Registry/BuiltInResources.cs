using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Registry;

/// <summary>The built-in kinds that the sandbox serves, as Kubernetes 1.33 names them. Shared by all clusters.</summary>
internal static class BuiltInResources
{
    // group | version | kind | plural | short names | categories | N(amespaced) or C(luster) | flags: s(tatus) S(cale) c(reate only) r(ead only) d(no deletecollection)
    private const string Table = """
        |v1|Binding|bindings|||N|c
        |v1|ComponentStatus|componentstatuses|cs||C|r
        |v1|ConfigMap|configmaps|cm||N|
        |v1|Endpoints|endpoints|ep||N|
        |v1|Event|events|ev||N|
        |v1|LimitRange|limitranges|limits||N|
        |v1|Namespace|namespaces|ns||C|sd
        |v1|Node|nodes|no||C|s
        |v1|PersistentVolumeClaim|persistentvolumeclaims|pvc||N|s
        |v1|PersistentVolume|persistentvolumes|pv||C|s
        |v1|Pod|pods|po|all|N|s
        |v1|PodTemplate|podtemplates|||N|
        |v1|ReplicationController|replicationcontrollers|rc|all|N|sS
        |v1|ResourceQuota|resourcequotas|quota||N|s
        |v1|Secret|secrets|||N|
        |v1|ServiceAccount|serviceaccounts|sa||N|
        |v1|Service|services|svc|all|N|s
        admissionregistration.k8s.io|v1|MutatingWebhookConfiguration|mutatingwebhookconfigurations||api-extensions|C|
        admissionregistration.k8s.io|v1|ValidatingWebhookConfiguration|validatingwebhookconfigurations||api-extensions|C|
        admissionregistration.k8s.io|v1|ValidatingAdmissionPolicy|validatingadmissionpolicies||api-extensions|C|s
        admissionregistration.k8s.io|v1|ValidatingAdmissionPolicyBinding|validatingadmissionpolicybindings||api-extensions|C|
        apiextensions.k8s.io|v1|CustomResourceDefinition|customresourcedefinitions|crd,crds|api-extensions|C|s
        apiregistration.k8s.io|v1|APIService|apiservices||api-extensions|C|s
        apps|v1|ControllerRevision|controllerrevisions|||N|
        apps|v1|DaemonSet|daemonsets|ds|all|N|s
        apps|v1|Deployment|deployments|deploy|all|N|sS
        apps|v1|ReplicaSet|replicasets|rs|all|N|sS
        apps|v1|StatefulSet|statefulsets|sts|all|N|sS
        authentication.k8s.io|v1|SelfSubjectReview|selfsubjectreviews|||C|c
        authentication.k8s.io|v1|TokenReview|tokenreviews|||C|c
        authorization.k8s.io|v1|LocalSubjectAccessReview|localsubjectaccessreviews|||N|c
        authorization.k8s.io|v1|SelfSubjectAccessReview|selfsubjectaccessreviews|||C|c
        authorization.k8s.io|v1|SelfSubjectRulesReview|selfsubjectrulesreviews|||C|c
        authorization.k8s.io|v1|SubjectAccessReview|subjectaccessreviews|||C|c
        autoscaling|v2|HorizontalPodAutoscaler|horizontalpodautoscalers|hpa|all|N|s
        autoscaling|v1|HorizontalPodAutoscaler|horizontalpodautoscalers|hpa|all|N|s
        batch|v1|CronJob|cronjobs|cj|all|N|s
        batch|v1|Job|jobs||all|N|s
        certificates.k8s.io|v1|CertificateSigningRequest|certificatesigningrequests|csr||C|s
        coordination.k8s.io|v1|Lease|leases|||N|
        discovery.k8s.io|v1|EndpointSlice|endpointslices|||N|
        events.k8s.io|v1|Event|events|ev||N|
        flowcontrol.apiserver.k8s.io|v1|FlowSchema|flowschemas|||C|s
        flowcontrol.apiserver.k8s.io|v1|PriorityLevelConfiguration|prioritylevelconfigurations|||C|s
        networking.k8s.io|v1|IPAddress|ipaddresses|ip||C|
        networking.k8s.io|v1|ServiceCIDR|servicecidrs|||C|s
        metrics.k8s.io|v1beta1|NodeMetrics|nodes|||C|r
        metrics.k8s.io|v1beta1|PodMetrics|pods|||N|r
        networking.k8s.io|v1|IngressClass|ingressclasses|||C|
        networking.k8s.io|v1|Ingress|ingresses|ing||N|s
        networking.k8s.io|v1|NetworkPolicy|networkpolicies|netpol||N|
        node.k8s.io|v1|RuntimeClass|runtimeclasses|||C|
        policy|v1|PodDisruptionBudget|poddisruptionbudgets|pdb||N|s
        rbac.authorization.k8s.io|v1|ClusterRoleBinding|clusterrolebindings|||C|
        rbac.authorization.k8s.io|v1|ClusterRole|clusterroles|||C|
        rbac.authorization.k8s.io|v1|RoleBinding|rolebindings|||N|
        rbac.authorization.k8s.io|v1|Role|roles|||N|
        scheduling.k8s.io|v1|PriorityClass|priorityclasses|pc||C|
        storage.k8s.io|v1|CSIDriver|csidrivers|||C|
        storage.k8s.io|v1|CSINode|csinodes|||C|
        storage.k8s.io|v1|CSIStorageCapacity|csistoragecapacities|||N|
        storage.k8s.io|v1|StorageClass|storageclasses|sc||C|
        storage.k8s.io|v1|VolumeAttachment|volumeattachments|||C|s
        """;

    private static readonly Lazy<IReadOnlyList<ResourceType>> s_all = new(() => Convert([.. Table.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)]));

    public static IReadOnlyList<ResourceType> All => s_all.Value;

    public static ResourceType Pods { get; } = Get("pods");
    public static ResourceType Services { get; } = Get("services");
    public static ResourceType Namespaces { get; } = Get("namespaces");
    public static ResourceType Nodes { get; } = Get("nodes");
    public static ResourceType Events { get; } = Get("events");
    public static ResourceType ConfigMaps { get; } = Get("configmaps");
    public static ResourceType Secrets { get; } = Get("secrets");
    public static ResourceType ServiceAccounts { get; } = Get("serviceaccounts");
    public static ResourceType Endpoints { get; } = Get("endpoints");
    public static ResourceType EndpointSlices { get; } = Get("endpointslices.discovery.k8s.io");
    public static ResourceType Deployments { get; } = Get("deployments.apps");
    public static ResourceType ReplicaSets { get; } = Get("replicasets.apps");
    public static ResourceType StatefulSets { get; } = Get("statefulsets.apps");
    public static ResourceType DaemonSets { get; } = Get("daemonsets.apps");
    public static ResourceType Jobs { get; } = Get("jobs.batch");
    public static ResourceType CustomResourceDefinitions { get; } = Get("customresourcedefinitions.apiextensions.k8s.io");

    public static ResourceType Get(string resource) => All.First(r => r.Resource == resource);

    private static ResourceType Parse(string line)
    {
        var c = line.Trim().Split('|');
        var kind = c[2];
        var resource = c[0].Length == 0 ? c[3] : c[3] + "." + c[0];
        return new()
        {
            Group = c[0],
            Version = c[1],
            Kind = kind,
            Plural = c[3],
            Singular = kind.ToLowerInvariant(),
            ShortNames = Words(c[4]),
            Categories = Words(c[5]),
            Namespaced = c[6] == "N",
            HasStatus = c[7].Contains('s', StringComparison.Ordinal),
            HasScale = c[7].Contains('S', StringComparison.Ordinal),
            Verbs = Verbs(c[7]),
            Schema = BuiltInSchemas.Find(c[0], c[1], kind) ?? SchemaNode.Any,
            Printer = TablePrinters.For(resource),
        };
    }

    private static IReadOnlyList<string> Verbs(string flags) =>
        flags.Contains('c', StringComparison.Ordinal) ? ["create"]
        : flags.Contains('r', StringComparison.Ordinal) ? ["get", "list"]
        : flags.Contains('d', StringComparison.Ordinal) ? [.. ResourceType.AllVerbs.Where(v => v != "deletecollection")]
        : ResourceType.AllVerbs;

    private static List<ResourceType> Convert(List<ResourceType> types)
    {
        var events = types.Find(t => t.Resource == "events")!;
        var autoscalers = types.Find(t => t is { Group: "autoscaling", Version: "v2" })!;
        return types.ConvertAll(t => t switch
        {
            { Group: "events.k8s.io" } => t with { Conversion = VersionConversion.Events(events, t.ApiVersion) },
            { Group: "autoscaling", Version: "v1" } => t with { Conversion = VersionConversion.Autoscaler(autoscalers, t.ApiVersion) },
            _ => t,
        });
    }

    private static string[] Words(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
