using System.Globalization;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl x injector list</c>: which injector serves each namespace, and which pods would have to be restarted.</summary>
internal static class InjectorListCommand
{
    private const string Revision = "istio.io/rev";
    private const string Injection = "istio-injection";

    private static readonly string[] s_ignored = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"];

    public static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var snapshot = call.Cluster.Store.Snapshot;
        var namespaces = snapshot.List("namespaces").Where(n => Array.IndexOf(s_ignored, n.Name) < 0 && n.Name != call.IstioNamespace && (call.GivenNamespace is not { } ns || ns == n.Name)).ToList();
        var hooks = snapshot.List(Revisions.Injectors).Where(h => h.Labels.GetValueOrDefault("app") == "sidecar-injector").ToList();
        List<string[]> rows = [];
        foreach (var ns in namespaces)
        {
            var revision = RevisionOf(ns, hooks);
            var counts = snapshot.List("pods", ns.Name).GroupBy(RevisionOf).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
            if (counts.Count == 0 && revision.Length > 0) rows.Add([ns.Name, revision, "<no pods>"]);
            foreach (var group in counts) rows.Add([ns.Name, revision, Count(group.Key, group, revision)]);
        }
        await call.LineAsync(rows.Count == 0 ? "No Istio injected namespaces present." : TextTable.Format([["NAMESPACE", "ISTIO-REVISION", "POD-REVISIONS"], .. rows], 1)).ConfigureAwait(false);
        await call.LineAsync("").ConfigureAwait(false);
        if (hooks.Count == 0)
        {
            await call.LineAsync("No Istio injection hooks present.").ConfigureAwait(false);
            return 0;
        }
        List<string[]> injectors = [["NAMESPACES", "INJECTOR-HOOK", "ISTIO-REVISION", "SIDECAR-IMAGE"]];
        foreach (var hook in hooks)
        {
            var revision = hook.Labels.GetValueOrDefault(Revision) ?? "";
            var served = namespaces.Where(n => hook.Parse().Objects("webhooks").Any(w => w.Str("name") is "rev.namespace.sidecar-injector.istio.io" or "namespace.sidecar-injector.istio.io" && Selectors.Matches(w.Obj("namespaceSelector") ?? [], n.Labels))).Select(n => n.Name).DefaultIfEmpty("DOES NOT AUTOINJECT");
            injectors.AddRange(served.Select(n => new[] { n, hook.Name, revision, Image(snapshot, revision) }));
        }
        await call.LineAsync(TextTable.Format(injectors, 1)).ConfigureAwait(false);
        return 0;
    }

    private static string RevisionOf(StoredObject ns, List<StoredObject> hooks)
    {
        if (hooks.Find(h => h.Parse().Objects("webhooks").Any(w => w.Obj("namespaceSelector") is { } selector && Selectors.Matches(selector, ns.Labels) && selector.Objects("matchExpressions").Any(e => e.Str("operator") == "In"))) is { } hook) return hook.Labels.GetValueOrDefault(Revision) ?? "";
        var revision = ns.Labels.GetValueOrDefault(Revision) ?? "";
        if (revision.Length > 0) return "MISSING/" + revision;
        return ns.Labels.TryGetValue(Injection, out var injection) && injection != "disabled" ? "MISSING/" + Injection : "";
    }

    private static string RevisionOf(StoredObject pod) => pod.Parse().Str("metadata", "annotations", Revision) ?? "";

    private static string Count(string revision, IEnumerable<StoredObject> pods, string expected)
    {
        var all = pods.ToList();
        var disabled = all.Count(p => (p.Labels.GetValueOrDefault("sidecar.istio.io/inject") ?? p.Parse().Str("metadata", "annotations", "sidecar.istio.io/inject"))?.Equals("false", StringComparison.OrdinalIgnoreCase) == true);
        var text = string.Create(CultureInfo.InvariantCulture, $"{(revision.Length == 0 ? "<non-Istio>" : revision)}: {all.Count}");
        if (disabled > 0) text += string.Create(CultureInfo.InvariantCulture, $" (injection disabled: {disabled})");
        if (revision != expected && all.Count > disabled) text += string.Create(CultureInfo.InvariantCulture, $" NEEDS RESTART: {all.Count - disabled}");
        return text;
    }

    private static string Image(StoreSnapshot snapshot, string revision)
    {
        foreach (var map in snapshot.List("configmaps").Where(m => m.Labels.GetValueOrDefault(Revision) == revision && m.Name.StartsWith("istio-sidecar-injector", StringComparison.Ordinal)))
        {
            if (map.Parse().Str("data", "values") is not { } text) continue;
            var global = System.Text.Json.Nodes.JsonNode.Parse(text).Obj("global");
            return $"{global.Str("hub")}/{global.Str("proxy", "image") ?? "proxyv2"}:{global.At("tag")}";
        }
        return "";
    }
}
