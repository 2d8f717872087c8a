using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Validation;

namespace Portal.Sandbox.Authorization;

/// <summary>One rule of a role (rbac.authorization.k8s.io/v1 PolicyRule).</summary>
internal sealed record PolicyRule(IReadOnlyList<string> Verbs, IReadOnlyList<string> Groups, IReadOnlyList<string> Resources, IReadOnlyList<string> Names, IReadOnlyList<string> Urls)
{
    public static IEnumerable<PolicyRule> Of(JsonNode? role) => role.Objects("rules").Select(r =>
        new PolicyRule([.. r.Strings("verbs")], [.. r.Strings("apiGroups")], [.. r.Strings("resources")], [.. r.Strings("resourceNames")], [.. r.Strings("nonResourceURLs")]));

    public bool Allows(AccessAttributes a)
    {
        if (!Has(Verbs, a.Verb)) return false;
        if (a.Path is { } path) return Urls.Any(u => u == "*" || u == path || (u.EndsWith('*') && path.StartsWith(u.TrimEnd('*'), StringComparison.Ordinal)));
        return Has(Groups, a.Group) && HasResource(a.Target, a.Subresource) && (Names.Count == 0 || Names.Contains(a.Name));
    }

    /// <summary>Whether everything that <paramref name="part"/> (one verb, group, resource and name) grants is granted by this rule.</summary>
    public bool Covers(PolicyRule part)
    {
        if (!Has(Verbs, part.Verbs[0])) return false;
        if (part.Urls.Count > 0) return Urls.Any(u => u == "*" || u == part.Urls[0] || (u.EndsWith('*') && part.Urls[0].StartsWith(u.TrimEnd('*'), StringComparison.Ordinal)));
        if (part.Resources.Count == 0 || !Has(Groups, part.Groups[0])) return false;
        var resource = part.Resources[0];
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        return HasResource(resource, slash < 0 ? "" : resource[(slash + 1)..]) && (Names.Count == 0 || (part.Names.Count > 0 && Names.Contains(part.Names[0])));
    }

    /// <summary>The rule as rules of one verb, group, resource and name each.</summary>
    public IEnumerable<PolicyRule> Parts()
    {
        foreach (var verb in Verbs)
        {
            foreach (var url in Urls) yield return new([verb], [], [], [], [url]);
            foreach (var group in Groups)
            {
                foreach (var resource in Resources)
                {
                    if (Names.Count == 0) yield return new([verb], [group], [resource], [], []);
                    foreach (var name in Names) yield return new([verb], [group], [resource], [name], []);
                }
            }
        }
    }

    /// <summary>The rule as the refusal to grant it names it.</summary>
    public override string ToString()
    {
        static string List(IReadOnlyList<string> items) => "[" + string.Join(' ', items.Select(GoSyntax.Quote)) + "]";
        var fields = new List<string>();
        if (Groups.Count > 0) fields.Add("APIGroups:" + List(Groups));
        if (Resources.Count > 0) fields.Add("Resources:" + List(Resources));
        if (Names.Count > 0) fields.Add("ResourceNames:" + List(Names));
        if (Urls.Count > 0) fields.Add("NonResourceURLs:" + List(Urls));
        fields.Add("Verbs:" + List(Verbs));
        return "{" + string.Join(", ", fields) + "}";
    }

    private bool HasResource(string target, string subresource) =>
        Resources.Contains("*") || Resources.Contains(target) || (subresource.Length > 0 && Resources.Contains("*/" + subresource));

    private static bool Has(IReadOnlyList<string> list, string value) => list.Contains("*") || list.Contains(value);
}
