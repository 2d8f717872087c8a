using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Analysis.Analyzers;

/// <summary>Control planes that fetch keys of tokens from wherever a policy says.</summary>
internal static class TokenKeysAnalyzer
{
    private const int Shown = 5;

    public static IEnumerable<Finding> Run(AnalysisInput input)
    {
        var policies = input.Of("RequestAuthentication");
        if (policies.Count == 0) return [];
        var names = string.Join(", ", policies.Take(Shown).Select(p => p.FullName)) + (policies.Count > Shown ? $", and {policies.Count - Shown} more" : "");
        return input.Of("Deployment").Where(d => d.Labels.GetValueOrDefault("app") == "istiod" && !IsRestricted(d)).Select(d => Finding.Of(Messages.JwksUriFetchUnrestricted, d, policies.Count, names));
    }

    private static bool IsRestricted(AnalysisObject istiod) => istiod.Spec.Obj("template", "spec").Objects("containers").SelectMany(c => c.Objects("env")).Any(e => e.Str("name") == "BLOCKED_CIDRS_IN_JWKS_URIS" && e.Str("value") is { Length: > 0 });
}
