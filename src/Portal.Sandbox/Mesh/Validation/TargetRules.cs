using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>What a policy is about (selector or targetRefs), and to whom a configuration is exported.</summary>
internal static class TargetRules
{
    private static readonly (string Group, string Kind)[] s_targets = [("core", "Service"), ("networking.istio.io", "ServiceEntry"), ("gateway.networking.k8s.io", "Gateway"), ("gateway.networking.k8s.io", "GatewayClass")];
    private static readonly string s_allowed = GoText.List(s_targets.Select(t => $"{t.Group}/v1/{t.Kind}"));

    public static void Policy(JsonObject spec, Findings f)
    {
        var refs = spec.Objects("targetRefs").ToList();
        var ways = (spec.Obj("selector") is null ? 0 : 1) + (spec.Obj("targetRef") is null ? 0 : 1) + (refs.Count == 0 ? 0 : 1);
        if (ways > 1) f.Error("only one of targetRefs or workloadSelector can be set");
        LabelRules.Selector(spec.Obj("selector"), f);
        if (spec.Obj("targetRef") is { } single) Reference(single, f);
        foreach (var reference in refs) Reference(reference, f);
    }

    private static void Reference(JsonObject reference, Findings f)
    {
        if (string.IsNullOrEmpty(reference.Str("name"))) f.Error("targetRef name must be set");
        if (!string.IsNullOrEmpty(reference.Str("namespace"))) f.Error("targetRef namespace must not be set; cross namespace referencing is not supported");
        var (group, kind) = (reference.Str("group") ?? "", reference.Str("kind") ?? "");
        if (!s_targets.Contains((group.Length == 0 ? "core" : group, kind))) f.Error($"targetRef must be to one of {s_allowed} but was {group}/{kind}");
    }

    /// <param name="toNobody">A ServiceEntry may be exported to nobody (<c>~</c>).</param>
    /// <param name="selects">A DestinationRule with a selector stays in its namespace.</param>
    public static void ExportTo(MeshObject o, bool toNobody, bool selects, Findings f)
    {
        var entries = o.Spec.Strings("exportTo").ToList();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var key = entry == "." ? o.Namespace : entry;
            if (seen.Contains(key)) f.Error(key != entry ? $"duplicate entries in exportTo: . and current namespace {o.Namespace}" : $"duplicate entries in exportTo for entry {entry}");
            else if (key == "~" && !toNobody) f.Error("exportTo ~ (none) is not allowed for Istio configuration objects");
            else if (key is not ("*" or "~") && !HostRules.IsLabel(key)) f.Error("only .,*,~, or a valid DNS 1123 label is allowed as exportTo entry");
            else seen.Add(key);
        }
        if (selects && seen.Count > 0)
        {
            if (!seen.Contains(o.Namespace)) f.Error("destination rule with workload selector cannot have exportTo beyond current namespace");
            else if (seen.Count > 1) f.Error("destination rule with workload selector cannot have multiple entries in exportTo");
        }
        if (entries.Count < 2) return;
        if (seen.Contains("*")) f.Error("cannot have both public (*) and non-public exportTo values for a resource");
        if (seen.Contains("~")) f.Error("cannot export service entry to no one (~) and someone");
    }
}
