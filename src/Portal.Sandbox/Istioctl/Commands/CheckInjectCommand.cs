using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl x check-inject</c>: which injector takes a pod, by its labels and its namespace's.</summary>
internal static class CheckInjectCommand
{
    private const string Injection = "istio-injection";

    public static Command Definition { get; } = new("check-inject [<type>/]<name>[.<namespace>]", "Check the injection status or inject-ability of a given resource, explains why it is (or will be) injected or not")
    {
        Flags = [Flag.Text("labels", "Check namespace and label pairs injection status, split multiple labels by commas", "l")], Access = Accesses.ReadWebhooks, Run = RunAsync,
        Long = "Checks associated resources of the given resource, and running webhooks to examine whether the pod can be or will be injected or not.",
        Check = call => (call.Operands.Count == 0 && !call.Has("labels")) || call.Operands.Count > 1 ? "check-inject requires only [<resource-type>/]<resource-name>[.<namespace>], or specify labels flag" : null,
    };

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var snapshot = call.Cluster.Store.Snapshot;
        var (ns, labels) = (call.Namespace, LabelPairs.Parse(call["labels"] ?? ""));
        if (call.Operands is [var operand])
        {
            var pod = ProxyTarget.Find(call.Cluster, operand, ns, "");
            (ns, labels) = (pod.Namespace, pod.Labels);
        }
        if (snapshot.Find("namespaces", "", ns) is not { } space) throw new IstioctlException($"namespaces \"{ns}\" not found");
        List<string[]> rows = [["WEBHOOK", "REVISION", "INJECTED", "REASON"]];
        foreach (var webhook in snapshot.List(Revisions.Injectors))
        {
            var hooks = webhook.Parse().Objects("webhooks").ToList();
            if (!hooks.Exists(h => h.Str("name")?.EndsWith("istio.io", StringComparison.Ordinal) == true)) continue;
            var (injected, reason) = Explain(hooks, labels, space.Labels);
            rows.Add([webhook.Name, webhook.Labels.GetValueOrDefault("istio.io/rev") ?? "", injected ? "✔" : "✘", reason]);
        }
        if (rows.Count == 1)
        {
            await call.LineAsync("ERROR: no Istio injection hooks present.").ConfigureAwait(false);
            return 0;
        }
        await call.LineAsync(TextTable.Format(rows, 5)).ConfigureAwait(false);
        if (rows.Count(r => r[2] == "✔") > 1) await call.LineAsync("ERROR: multiple webhooks will inject, which can lead to errors").ConfigureAwait(false);
        return 0;
    }

    private static (bool Injected, string Reason) Explain(List<JsonObject> hooks, IReadOnlyDictionary<string, string> pod, IReadOnlyDictionary<string, string> space)
    {
        foreach (var hook in hooks)
        {
            var (nsFits, nsLabel) = Fits(hook.Obj("namespaceSelector"), space);
            var (podFits, podLabel) = Fits(hook.Obj("objectSelector"), pod);
            if (nsFits && podFits && (nsLabel, podLabel) is not ("", ""))
                return (true, nsLabel.Length > 0 && podLabel.Length > 0 ? $"Namespace label {nsLabel} matches, and pod label {podLabel} matches" : nsLabel.Length > 0 ? $"Namespace label {nsLabel} matches" : $"Pod label {podLabel} matches");
            if (nsFits && !podFits)
            {
                foreach (var expression in hook.Objects("objectSelector", "matchExpressions"))
                {
                    if (!pod.TryGetValue(expression.Str("key") ?? "", out var value)) continue;
                    if (expression.Str("operator") == "DoesNotExist" || (expression.Str("operator") == "NotIn" && expression.Strings("values").Contains(value))) return (false, $"Pod has {expression.Str("key")}={value} label, preventing injection");
                }
            }
            else if (podFits && !nsFits && space.TryGetValue(Injection, out var injection) && injection != "enabled") return (false, $"Namespace has {Injection}={injection} label, preventing injection");
        }
        if (hooks.Exists(h => h.Obj("namespaceSelector", "matchLabels") is { Count: > 0 } never && never.ContainsKey("istio.io/deactivated"))) return (false, "The injection webhook is deactivated, and will never match labels.");
        string Wanted(string selector) => string.Join(", ", hooks.SelectMany(h => h.Objects(selector, "matchExpressions")).Where(e => e.Str("operator") == "In").SelectMany(e => e.Strings("values").Select(v => $"{e.Str("key")}={v}")));
        return (false, $"No matching namespace labels ({Wanted("namespaceSelector")}) or pod labels ({Wanted("objectSelector")})");
    }

    /// <summary>Whether a selector selects the labels, and the one that it looks at.</summary>
    private static (bool Fits, string Label) Fits(JsonObject? selector, IReadOnlyDictionary<string, string> labels)
    {
        if (selector is null) return (true, "");
        if (!Selectors.Matches(selector, labels)) return (false, "");
        var key = selector.Objects("matchExpressions").Where(e => e.Str("operator") is "In" or "NotIn").Select(e => e.Str("key") ?? "").FirstOrDefault(labels.ContainsKey);
        return (true, key is null ? "" : $"{key}={labels[key]}");
    }
}
