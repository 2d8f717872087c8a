using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Controllers;

/// <summary>What a new cluster holds: namespaces, three nodes, the API's own service, a default storage class.</summary>
internal static class Bootstrap
{
    public static void Fill(ResourceOperations operations)
    {
        var options = WriteOptions.Controller("bootstrap");
        foreach (var ns in (ReadOnlySpan<string>)["default", "kube-system", "kube-public", "kube-node-lease"])
            operations.Create(BuiltInResources.Namespaces, "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = ns } }, options);
        Node(operations, "sandbox-control-plane", "172.18.0.2", controlPlane: true);
        Node(operations, "sandbox-worker", "172.18.0.3", controlPlane: false);
        Node(operations, "sandbox-worker2", "172.18.0.4", controlPlane: false);
        operations.Create(BuiltInResources.Services, "default", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "kubernetes", ["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" } },
            ["spec"] = new JsonObject { ["clusterIP"] = "10.96.0.1", ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = 443, ["targetPort"] = 6443 }) },
        }, options);
        foreach (var (name, value, description) in (ReadOnlySpan<(string, int, string)>)
            [("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
            ("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node.")])
        {
            operations.Create(BuiltInResources.Get("priorityclasses.scheduling.k8s.io"), "", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name }, ["value"] = value, ["description"] = description }, options);
        }
        operations.Create(BuiltInResources.Get("storageclasses.storage.k8s.io"), "", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "standard", ["annotations"] = new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" } },
            ["provisioner"] = "rancher.io/local-path",
            ["reclaimPolicy"] = "Delete",
            ["volumeBindingMode"] = "WaitForFirstConsumer",
        }, options);
    }

    private static void Node(ResourceOperations operations, string name, string ip, bool controlPlane)
    {
        var labels = new JsonObject { ["kubernetes.io/arch"] = "amd64", ["kubernetes.io/hostname"] = name, ["kubernetes.io/os"] = "linux", ["beta.kubernetes.io/arch"] = "amd64", ["beta.kubernetes.io/os"] = "linux" };
        if (controlPlane) labels["node-role.kubernetes.io/control-plane"] = "";
        var node = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels }, ["spec"] = new JsonObject { ["podCIDR"] = $"10.244.{ip[^1] - '2'}.0/24" } };
        if (controlPlane) node.Ensure("spec")["taints"] = new JsonArray(new JsonObject { ["key"] = "node-role.kubernetes.io/control-plane", ["effect"] = "NoSchedule" });
        var options = WriteOptions.Controller("kubelet");
        operations.Create(BuiltInResources.Nodes, "", node, options);
        operations.Create(BuiltInResources.Get("leases.coordination.k8s.io"), "kube-node-lease", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["holderIdentity"] = name, ["leaseDurationSeconds"] = 40, ["renewTime"] = operations.Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture) },
        }, options);
        operations.Update(BuiltInResources.Nodes, "", name, "status", o =>
        {
            JsonObject Resources() => new() { ["cpu"] = "8", ["memory"] = "16Gi", ["pods"] = "110", ["ephemeral-storage"] = "100Gi" };
            JsonObject Condition(string type, string status, string reason, string message) => new()
            {
                ["type"] = type, ["status"] = status, ["reason"] = reason, ["message"] = message, ["lastHeartbeatTime"] = operations.Now, ["lastTransitionTime"] = operations.Now,
            };
            o["status"] = new JsonObject
            {
                ["capacity"] = Resources(),
                ["allocatable"] = Resources(),
                ["conditions"] = new JsonArray(
                    Condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                    Condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                    Condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                    Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status")),
                ["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = ip }, new JsonObject { ["type"] = "Hostname", ["address"] = name }),
                ["nodeInfo"] = new JsonObject
                {
                    ["architecture"] = "amd64", ["bootID"] = Guid.NewGuid().ToString(), ["containerRuntimeVersion"] = "sandbox://1.0", ["kernelVersion"] = "6.1.0-sandbox", ["kubeProxyVersion"] = "v1.33.4",
                    ["kubeletVersion"] = "v1.33.4", ["machineID"] = Guid.NewGuid().ToString("N"), ["operatingSystem"] = "linux", ["osImage"] = "Simulated (portal sandbox)", ["systemUUID"] = Guid.NewGuid().ToString(),
                },
            };
            return o;
        }, options);
    }
}
