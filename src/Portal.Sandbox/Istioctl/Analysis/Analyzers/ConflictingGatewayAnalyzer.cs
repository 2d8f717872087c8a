using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Gateways that claim the same hosts on the same port of the same pods.</summary>
internal static class ConflictingGatewayAnalyzer
{
    private sealed record Claim(AnalysisObject Gateway, string SelectorText, IReadOnlyDictionary<string, string> Selector, long Port, string Bind, IReadOnlyList<string> Hosts);

    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var claims = input.Of("Gateway").SelectMany(ClaimsOf).ToList();
        // A host belongs to its gateway once for each port: the last server that names a port counts.
        var byHost = claims.GroupBy(c => (c.Gateway, c.Port)).Select(g => g.Last()).SelectMany(c => c.Hosts.Distinct().Select(h => (Key: (c.Port, c.Bind, Host: h), Claim: c))).ToLookup(x => x.Key, x => x.Claim);
        var shared = new Dictionary<(string, string), bool>();
        foreach (var claim in claims)
        {
            var others = claim.Hosts.SelectMany(h => byHost[(claim.Port, claim.Bind, h)]).Where(o => o.Gateway != claim.Gateway).Distinct().Where(o => SharePods(input, claim, o, shared))
                .Select(o => o.Gateway.FullName).Distinct().Order(StringComparer.Ordinal).ToList();
            if (others.Count > 0) yield return Finding.Of(Messages.ConflictingGateways, claim.Gateway, string.Join(',', others), claim.SelectorText, claim.Port, string.Join(',', claim.Hosts));
        }
    }

    private static IEnumerable<Claim> ClaimsOf(AnalysisObject gateway)
    {
        var selector = gateway.Spec.Map("selector");
        return gateway.Spec.Objects("servers").Select(s => new Claim(gateway, selector.ToSelectorText(), selector, s.Num("port", "number") ?? 0, s.Str("bind") ?? "", [.. s.Strings("hosts")]));
    }

    /// <summary>The same selector, or one that contains the other and a pod that both select.</summary>
    private static bool SharePods(AnalysisInput input, Claim one, Claim other, Dictionary<(string, string), bool> known)
    {
        if (one.SelectorText == other.SelectorText) return true;
        if (known.TryGetValue((one.SelectorText, other.SelectorText), out var answer)) return answer;
        return known[(one.SelectorText, other.SelectorText)] = (one.SelectorText.Contains(other.SelectorText, StringComparison.Ordinal) || other.SelectorText.Contains(one.SelectorText, StringComparison.Ordinal))
            && input.Of("Pod").Any(p => one.Selector.Selects(p.Labels) && other.Selector.Selects(p.Labels));
    }
}
