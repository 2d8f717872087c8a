using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Clusters.Api;

namespace Portal.Labs.Grading.Routing;

/// <summary>A request as a rule sees it.</summary>
internal sealed record RouteRequest(string Path, string Method, IReadOnlyDictionary<string, string> Headers)
{
    private static readonly TimeSpan s_regexLimit = TimeSpan.FromMilliseconds(200);

    public static RouteRequest Plain { get; } = new("/", "GET", new Dictionary<string, string>());

    /// <summary>Whether an entry of <c>spec.http</c> takes the request: no match at all, or one whose every condition holds.</summary>
    public bool IsTakenBy(JsonElement http)
    {
        var matches = http.Find("match").Items().ToList();
        return matches.Count == 0 || matches.Exists(Meets);
    }

    /// <summary>Whether an entry takes every request, so that nothing after it is ever reached.</summary>
    public static bool TakesAll(JsonElement http)
    {
        var matches = http.Find("match").Items().ToList();
        return matches.Count == 0 || matches.Exists(m => m.Members().Where(c => c.Name is not ("name" or "ignoreUriCase")).All(IsAnyPath));
    }

    private static bool IsAnyPath(JsonProperty condition) =>
        condition.Name == "uri" && (condition.Value.Find("prefix").Text() == "/" || condition.Value.Find("regex").Text() == ".*");

    private bool Meets(JsonElement match)
    {
        foreach (var condition in match.Members())
        {
            var holds = condition.Name switch
            {
                "uri" => Meets(condition.Value, Path.Split('?')[0], match.Find("ignoreUriCase").IsTrue()),
                "method" => Meets(condition.Value, Method, false),
                "headers" => condition.Value.Members().All(h => Header(h.Name) is { } value && Meets(h.Value, value, false)),
                "withoutHeaders" => condition.Value.Members().All(h => Header(h.Name) is not { } value || !Meets(h.Value, value, false)),
                "name" or "ignoreUriCase" or "gateways" => true,
                // What a caller is, and ports, are not part of the request; such a rule is for somebody else.
                _ => false,
            };
            if (!holds) return false;
        }
        return true;
    }

    private string? Header(string name) => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static bool Meets(JsonElement wanted, string value, bool ignoreCase)
    {
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (wanted.Find("exact").Text() is { } exact) return value.Equals(exact, comparison);
        if (wanted.Find("prefix").Text() is { } prefix) return value.StartsWith(prefix, comparison);
        if (wanted.Find("regex").Text() is not { } regex) return true;
        try
        {
            return Regex.IsMatch(value, $"^(?:{regex})$", RegexOptions.CultureInvariant, s_regexLimit);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
