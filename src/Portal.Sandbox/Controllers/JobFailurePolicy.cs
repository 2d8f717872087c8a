using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Controllers;

/// <summary>What a Job's <c>podFailurePolicy</c> says about a failed pod.</summary>
internal static class JobFailurePolicy
{
    public static (string Action, string Message) Judge(JsonObject job, JsonObject pod)
    {
        var index = -1;
        foreach (var rule in job.Objects("spec", "podFailurePolicy", "rules"))
        {
            index++;
            var action = rule.Str("action") ?? "Count";
            var id = $"{pod.Str("metadata", "namespace")}/{pod.Str("metadata", "name")}";
            if (rule.Obj("onExitCodes") is { } codes)
            {
                var values = codes.Arr("values")?.Select(v => v.Num()).ToList() ?? [];
                foreach (var s in pod.Objects("status", "initContainerStatuses").Concat(pod.Objects("status", "containerStatuses")))
                {
                    if (s.Num("state", "terminated", "exitCode") is not ({ } code and not 0) || (codes.Str("containerName") is { } only && only != s.Str("name"))) continue;
                    if (values.Contains(code) == (codes.Str("operator") == "In")) return (action, $"Container {s.Str("name")} for pod {id} failed with exit code {code} matching {action} rule at index {index}");
                }
            }
            else if (rule.Objects("onPodConditions").FirstOrDefault(p => pod.Objects("status", "conditions").Any(c => c.Str("type") == p.Str("type") && c.Str("status") == (p.Str("status") ?? "True"))) is { } matched)
                return (action, $"Pod {id} has condition {matched.Str("type")} matching {action} rule at index {index}");
        }
        return ("Count", "");
    }
}
