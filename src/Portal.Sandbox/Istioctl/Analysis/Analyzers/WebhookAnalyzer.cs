using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Validation;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Injectors that would both take the same pod, and injectors that lead to no service.</summary>
internal static class WebhookAnalyzer
{
    private sealed record Hook(AnalysisObject Configuration, string Name, JsonObject Object)
    {
        public string Id => $"{Configuration.FullName}/{Name}";
    }

    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var hooks = new List<Hook>();
        var revisions = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var configuration in input.Of("MutatingWebhookConfiguration"))
        {
            List<Hook> own = [.. configuration.Object.Objects("webhooks").Select(h => new Hook(configuration, h.Str("name") ?? "", h))];
            List<string> named = [.. RevisionsOf(configuration, own)];
            if (named.Count == 0 && !own.Exists(h => h.Name.EndsWith("istio.io", StringComparison.Ordinal))) continue;
            hooks.AddRange(own);
            revisions.UnionWith(named);
        }
        return Overlaps(hooks, revisions).Concat(Services(input, hooks));
    }

    private static IEnumerable<Finding> Overlaps(List<Hook> hooks, SortedSet<string> revisions)
    {
        foreach (var ns in LabelSets(MeshMembership.Injection, ["enabled", "disabled"], revisions))
        {
            foreach (var pod in LabelSets(MeshMembership.Inject, ["true", "false"], revisions))
            {
                var taking = hooks.Where(h => ImageAutoAnalyzer.Selects(h.Object.Obj("namespaceSelector"), ns) && ImageAutoAnalyzer.Selects(h.Object.Obj("objectSelector"), pod)).DistinctBy(h => h.Id).OrderBy(h => h.Id, StringComparer.Ordinal).ToList();
                foreach (var hook in taking.Count > 1 ? taking : [])
                    yield return Finding.Of(Messages.InvalidWebhook, hook.Configuration, $"Webhook overlaps with others: {GoText.List(taking.Where(t => t != hook).Select(t => t.Id))}. This may cause injection to occur twice.");
            }
        }
    }

    private static IEnumerable<Finding> Services(AnalysisInput input, List<Hook> hooks)
    {
        foreach (var hook in hooks)
        {
            if (hook.Object.Obj("clientConfig", "service") is not { } service) continue;
            var (ns, name) = (service.Str("namespace") ?? "", service.Str("name") ?? "");
            if (input.Find("Service", ns, name) is null)
                yield return Finding.Of(Messages.InvalidWebhook, hook.Configuration, $"Injector refers to a control plane service that does not exist: {HostName.Join(ns, name)}.");
        }
    }

    /// <summary>The labels that a namespace or pod may have about injection: none or one value, and none or one revision.</summary>
    private static IEnumerable<Dictionary<string, string>> LabelSets(string label, string[] values, SortedSet<string> revisions)
    {
        foreach (var revision in revisions.Cast<string?>().Prepend(null))
        {
            foreach (var value in values.Cast<string?>().Prepend(null))
            {
                var labels = new Dictionary<string, string>(StringComparer.Ordinal);
                if (value is not null) labels[label] = value;
                if (revision is not null) labels[MeshMembership.Revision] = revision;
                yield return labels;
            }
        }
    }

    private static IEnumerable<string> RevisionsOf(AnalysisObject configuration, IEnumerable<Hook> hooks)
    {
        if (configuration.Labels.TryGetValue(MeshMembership.Revision, out var own)) yield return own;
        foreach (var selector in hooks.SelectMany(h => new[] { h.Object.Obj("namespaceSelector"), h.Object.Obj("objectSelector") }))
        {
            if (selector.Map("matchLabels").TryGetValue(MeshMembership.Revision, out var one)) yield return one;
            foreach (var value in selector.Objects("matchExpressions").Where(e => e.Str("key") == MeshMembership.Revision).SelectMany(e => e.Strings("values"))) yield return value;
        }
    }
}
