using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Load balancing by <c>region/zone/subzone</c>. A contradiction in the whole ends the check.</summary>
internal static class LocalityRules
{
    private static readonly string[] s_topology = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"];

    public static void Check(JsonObject? setting, bool detectsOutliers, Findings f)
    {
        if (setting is null) return;
        var (distribute, failover, priorities) = (setting.Objects("distribute").ToList(), setting.Objects("failover").ToList(), setting.Strings("failoverPriority").ToList());
        if (distribute.Count > 0 && failover.Count > 0)
        {
            f.Error("can not simultaneously specify 'distribute' and 'failover'");
            return;
        }
        if (failover.Count > 0 && priorities.Find(s_topology.Contains) is { } label)
        {
            f.Error($"can not simultaneously set 'failover' and topology label '{label}' in 'failover_priority'");
            return;
        }
        foreach (var rule in distribute)
        {
            if (Weights(rule, f) is not { } localities) return;
            f.Error(Overlap(localities));
        }
        f.Error(Overlap(distribute.Select(d => d.Str("from") ?? "")));
        if (failover.Count + priorities.Count > 0 && !detectsOutliers) f.Warn("outlier detection policy must be provided for failover");
        foreach (var rule in failover) Failover(rule.Str("from") ?? "", rule.Str("to") ?? "", f);
    }

    private static List<string>? Weights(JsonObject rule, Findings f)
    {
        var shares = (rule.Obj("to") ?? []).Select(p => (Locality: p.Key, Weight: p.Value.Num() ?? 0)).ToList();
        var total = shares.Sum(s => s.Weight);
        var problem = shares.Exists(s => s.Weight is <= 0 or > 100) ? "locality weight must be in range [1, 100]" : total != 100 ? $"total locality weight {total} != 100" : null;
        f.Error(problem);
        return problem is null ? [.. shares.Select(s => s.Locality)] : null;
    }

    private static void Failover(string from, string to, Findings f)
    {
        if (from == to) f.Error("locality lb failover settings must specify different regions");
        if ((from + to).Contains('/', StringComparison.Ordinal)) f.Error("locality lb failover only specify region");
        if ((from + to).Contains('*', StringComparison.Ordinal)) f.Error("locality lb failover region should not contain '*' wildcard");
    }

    /// <summary>Of one region, zone or subzone there may be one entry.</summary>
    private static string? Overlap(IEnumerable<string> localities)
    {
        var seen = new List<string[]>();
        foreach (var locality in localities)
        {
            if (locality.Contains('*', StringComparison.Ordinal) && locality.IndexOf('*', StringComparison.Ordinal) != locality.Length - 1) return $"locality {locality} wildcard '*' number can not exceed 1 and must be in the end";
            var parts = locality.Split('/', 3);
            if (seen.Exists(s => s[0] == "*")) return Overlaps(locality);
            if (parts.Contains("")) return $"locality {locality} must not contain empty region/zone/subzone info";
            if (seen.Exists(s => Meet(s, parts))) return Overlaps(locality);
            seen.Add(parts);
        }
        return null;
    }

    /// <summary>A region holds its zones, a zone its subzones; a star stands for all of them when it comes first.</summary>
    private static bool Meet(string[] before, string[] now)
    {
        for (var i = 0; i < 3; i++)
        {
            if (before.Length <= i || now.Length <= i || before[i] == "*") return true;
            if (before[i] != now[i]) return false;
        }
        return true;
    }

    private static string Overlaps(string locality) => $"locality {locality} overlap with previous specified ones";
}
