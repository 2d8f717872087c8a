using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Registry;

/// <summary>A pod's quality of service class (kubernetes/pkg/apis/core/v1/helper/qos).</summary>
internal static class PodQos
{
    public static string ClassOf(JsonObject pod)
    {
        var guaranteed = true;
        var any = false;
        foreach (var c in pod.Objects("spec", "containers").Concat(pod.Objects("spec", "initContainers")))
        {
            var (limits, requests) = (c.Map("resources", "limits"), c.Map("resources", "requests"));
            any |= limits.Count > 0 || requests.Count > 0;
            foreach (var name in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                guaranteed &= limits.TryGetValue(name, out var l) && requests.TryGetValue(name, out var r) && l == r;
            }
        }
        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }
}
