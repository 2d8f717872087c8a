using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Clusters.Api;

namespace Portal.Labs.Grading.Routing;

/// <summary>A request as a rule sees it.</summary>
internal sealed record RouteRequest(string Path, string Method, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Who asks, and what else is known of the request; null for a check, which asks for anybody.</summary>
    public RouteCaller? Caller { get; init; }

    private static readonly TimeSpan s_regexLimit = TimeSpan.FromMilliseconds(200);

    public static RouteRequest Plain { get; } = new("/", "GET", new Dictionary<string, string>());

    /// <summary>Whether an entry of <c>spec.http</c> takes the request: no match at all, or one whose every condition holds.</summary>
    public bool IsTakenBy(JsonElement http)
    {
        var matches = http.Find("match").Items().ToList();
        return matches.Count == 0 || matches.Exists(m => Obstacle(m) is null);
    }

    /// <summary>Whether an entry takes every request, so that nothing after it is ever reached.</summary>
    public static bool TakesAll(JsonElement http)
    {
        var matches = http.Find("match").Items().ToList();
        return matches.Count == 0 || matches.Exists(m => m.Members().Where(c => c.Name is not ("name" or "ignoreUriCase")).All(IsAnyPath));
    }

    private static bool IsAnyPath(JsonProperty condition) =>
        condition.Name == "uri" && (condition.Value.Find("prefix").Text() == "/" || condition.Value.Find("regex").Text() == ".*");

    /// <summary>The first condition of a match that does not hold, in words; null when all hold.</summary>
    public string? Obstacle(JsonElement match)
    {
        foreach (var condition in match.Members())
        {
            var (name, value) = (condition.Name, condition.Value);
            var obstacle = name switch
            {
                "uri" => Compare("path", value, Path.Split('?')[0], match.Find("ignoreUriCase").IsTrue()),
                "method" => Compare(name, value, Method),
                "headers" => value
                    .Members()
                    .Select(h => Compare($"header {h.Name}", h.Value, Header(h.Name)))
                    .FirstOrDefault(o => o is not null),
                "withoutHeaders" => value
                    .Members()
                    .Where(h => Compare("", h.Value, Header(h.Name)) is null)
                    .Select(h => $"header {h.Name} is “{Header(h.Name)}”, and it must not {Wanted(h.Value)}")
                    .FirstOrDefault(),
                "queryParams" => value
                    .Members()
                    .Select(q => Compare($"parameter {q.Name}", q.Value, Parameter(q.Name)))
                    .FirstOrDefault(o => o is not null),
                "name" or "ignoreUriCase" => null,
                // For a check, what a caller is is not part of the request; such a rule is for somebody else.
                _ => Caller is null ? (name == "gateways" ? null : name) : Caller.Obstacle(name, value, Compare),
            };
            if (obstacle is not null) return obstacle;
        }
        return null;
    }

    private string? Parameter(string name) =>
        Path.Split('?', 2) is [_, var query]
            ? query
                .Split('&')
                .Select(p => p.Split('=', 2))
                .Where(p => p[0] == name)
                .Select(p => p.Length > 1 ? p[1] : "")
                .FirstOrDefault()
            : null;

    private string? Header(string name) => Headers.FirstOrDefault(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static string? Compare(string subject, JsonElement wanted, string? value, bool ignoreCase) =>
        value is null ? $"{subject} is not there, and it must {Wanted(wanted)}"
        : Meets(wanted, value, ignoreCase) ? null
        : $"{subject} is “{value}”, and it must {Wanted(wanted)}";

    private static string? Compare(string subject, JsonElement wanted, string? value) =>
        Compare(subject, wanted, value, false);

    private static string Wanted(JsonElement match) =>
        match.Find("exact").Text() is { } exact ? $"be “{exact}”"
        : match.Find("prefix").Text() is { } prefix ? $"start with “{prefix}”"
        : match.Find("regex").Text() is { } regex ? $"match “{regex}”"
        : "be there";

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
