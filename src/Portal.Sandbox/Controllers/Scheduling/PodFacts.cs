using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Controllers;

/// <summary>What the scheduler must know of a pod.</summary>
internal sealed record PodFacts(string Namespace, string Name, string Uid, string Node, double Cpu, double Memory, int Priority, IReadOnlyDictionary<string, string> Labels)
{
    public IReadOnlyList<(string Ip, string Protocol, int Port)> HostPorts { get; init; } = [];
    public IReadOnlyList<JsonObject> AntiAffinity { get; init; } = [];
    public string Owner { get; init; } = "";

    public static PodFacts Of(JsonObject pod)
    {
        double Sum(string resource)
        {
            var running = pod.Objects("spec", "containers").Sum(c => Request(c, resource));
            var sidecars = 0d;
            var peak = 0d;
            foreach (var c in pod.Objects("spec", "initContainers"))
            {
                if (c.Str("restartPolicy") == "Always") sidecars += Request(c, resource);
                else peak = Math.Max(peak, sidecars + Request(c, resource));
            }
            return Math.Max(running + sidecars, peak) + ResourceAmount.Parse(pod.Str("spec", "overhead", resource));
        }
        return new(pod.Str("metadata", "namespace") ?? "", pod.Str("metadata", "name") ?? "", pod.Str("metadata", "uid") ?? "", pod.Str("spec", "nodeName") ?? "", Sum("cpu"), Sum("memory"), pod.Int(0, "spec", "priority"), pod.Map("metadata", "labels"))
        {
            HostPorts = [.. pod.Objects("spec", "containers").SelectMany(c => c.Objects("ports")).Where(p => p.Num("hostPort") is > 0).Select(p => (p.Str("hostIP") ?? "", p.Str("protocol") ?? "TCP", p.Int(0, "hostPort")))],
            AntiAffinity = [.. pod.Objects("spec", "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution").Select(t => t.Copy())],
            Owner = pod.Objects("metadata", "ownerReferences").FirstOrDefault(o => o.Flag("controller") == true).Str("uid") ?? "",
        };
    }

    private static double Request(JsonObject container, string resource) => ResourceAmount.Parse(container.Str("resources", "requests", resource));
}

/// <summary>What the scheduler must know of a node.</summary>
internal sealed record NodeFacts(string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<JsonObject> Taints, bool Unschedulable, double Cpu, double Memory, int Pods)
{
    public static NodeFacts Of(JsonObject node) => new(node.Str("metadata", "name") ?? "", node.Map("metadata", "labels"), [.. node.Objects("spec", "taints").Select(t => t.Copy())], node.Flag("spec", "unschedulable") == true,
        ResourceAmount.Parse(node.Str("status", "allocatable", "cpu")), ResourceAmount.Parse(node.Str("status", "allocatable", "memory")), (int)ResourceAmount.Parse(node.Str("status", "allocatable", "pods")));
}
