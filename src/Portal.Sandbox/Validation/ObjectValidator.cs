using System.Text.Json.Nodes;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Schema;

namespace Portal.Sandbox.Validation;

/// <summary>Whether an object may be stored, by the rules of its kind (kubernetes/pkg/apis/*/validation), in upstream's order and words.</summary>
internal static class ObjectValidator
{
    /// <param name="old">The stored object; null on create.</param>
    /// <param name="subresource">Only the status is new when it is <c>status</c>: the rules of the rest were met before.</param>
    public static ErrorList Validate(ResourceType type, JsonObject obj, JsonObject? old, string subresource)
    {
        var errors = new ErrorList();
        MetadataValidation.Validate(type, obj, old, errors);
        if (type.Custom is not null) CustomResourceValidator.Validate(obj, old, type.Schema, subresource, errors);
        else if (subresource != "status") BuiltIn(type, obj, old, subresource, errors);
        return errors;
    }

    private static void BuiltIn(ResourceType type, JsonObject obj, JsonObject? old, string subresource, ErrorList errors)
    {
        switch (type.Resource)
        {
            case "pods": PodValidation.Validate(obj, old, subresource, errors); break;
            case "podtemplates": PodSpecValidation.Template(obj["template"] as JsonObject, "template", errors); break;
            case "replicationcontrollers": WorkloadValidation.ReplicationController(obj, errors); break;
            case "deployments.apps": WorkloadValidation.Deployment(obj, old, errors); break;
            case "replicasets.apps": WorkloadValidation.ReplicaSet(obj, old, errors); break;
            case "statefulsets.apps": WorkloadValidation.StatefulSet(obj, old, errors); break;
            case "daemonsets.apps": WorkloadValidation.DaemonSet(obj, old, errors); break;
            case "controllerrevisions.apps": ClusterValidation.ControllerRevision(obj, old, errors); break;
            case "jobs.batch": JobValidation.Job(obj, old, errors); break;
            case "cronjobs.batch": JobValidation.CronJob(obj, old, errors); break;
            case "services": ServiceValidation.Service(obj, old, errors); break;
            case "endpoints": ServiceValidation.Endpoints(obj, errors); break;
            case "endpointslices.discovery.k8s.io": ServiceValidation.EndpointSlice(obj, old, errors); break;
            case "configmaps": ConfigurationValidation.ConfigMap(obj, old, errors); break;
            case "secrets": ConfigurationValidation.Secret(obj, old, errors); break;
            case "nodes": ClusterValidation.Node(obj, old, errors); break;
            case "persistentvolumeclaims": StorageValidation.Claim(obj, old, errors); break;
            case "persistentvolumes": StorageValidation.Volume(obj, old, errors); break;
            case "storageclasses.storage.k8s.io": StorageValidation.Class(obj, old, errors); break;
            case "ingresses.networking.k8s.io": NetworkingValidation.Ingress(obj, old, errors); break;
            case "ingressclasses.networking.k8s.io": NetworkingValidation.IngressClass(obj, old, errors); break;
            case "networkpolicies.networking.k8s.io": NetworkingValidation.NetworkPolicy(obj, errors); break;
            case "roles.rbac.authorization.k8s.io": RbacValidation.Role(obj, namespaced: true, errors); break;
            case "clusterroles.rbac.authorization.k8s.io": RbacValidation.Role(obj, namespaced: false, errors); break;
            case "rolebindings.rbac.authorization.k8s.io": RbacValidation.Binding(obj, old, namespaced: true, errors); break;
            case "clusterrolebindings.rbac.authorization.k8s.io": RbacValidation.Binding(obj, old, namespaced: false, errors); break;
            case "resourcequotas": PolicyValidation.ResourceQuota(obj, old, errors); break;
            case "limitranges": PolicyValidation.LimitRange(obj, errors); break;
            case "priorityclasses.scheduling.k8s.io": PolicyValidation.PriorityClass(obj, old, errors); break;
            case "poddisruptionbudgets.policy": PolicyValidation.DisruptionBudget(obj, errors); break;
            case "horizontalpodautoscalers.autoscaling": AutoscalingValidation.Autoscaler(obj, errors); break;
            case "leases.coordination.k8s.io": ClusterValidation.Lease(obj, errors); break;
            case "validatingwebhookconfigurations.admissionregistration.k8s.io" or "mutatingwebhookconfigurations.admissionregistration.k8s.io": ClusterValidation.Webhooks(obj, errors); break;
            case "customresourcedefinitions.apiextensions.k8s.io": DefinitionValidation.Validate(obj, old, errors); break;
        }
    }
}
