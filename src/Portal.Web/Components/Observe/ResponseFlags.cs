using System.Collections.Frozen;

namespace Portal.Web.Components.Observe;

/// <summary>
/// What Envoy's response flags say, as its documentation of the access log's <c>%RESPONSE_FLAGS%</c> lists them.
/// </summary>
internal static class ResponseFlags
{
    public static FrozenDictionary<string, string> All { get; } =
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DC"] = "the caller ended the connection",
            ["DI"] = "a fault rule delayed the request",
            ["FI"] = "a fault rule answered in the service's place",
            ["NC"] = "the route leads to a cluster that does not exist, often a subset that no DestinationRule has",
            ["NR"] = "no route matches the request",
            ["RL"] = "a rate limit refused the request",
            ["UAEX"] = "an authorization service refused the request",
            ["UC"] = "the service's side ended the connection",
            ["UF"] = "no connection to the service, for example because one side wants mutual TLS and the other not",
            ["UH"] = "no healthy endpoint is left",
            ["UO"] = "a circuit breaker is open: a limit of the DestinationRule was reached",
            ["UPE"] = "the service's answer was no HTTP",
            ["UR"] = "the service's side reset the connection",
            ["URX"] = "all retries were used up",
            ["UT"] = "the route's timeout was over",
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <param name="flags">One or several, with commas between.</param>
    /// <returns>Null when none of them is known.</returns>
    public static string? Explain(string flags)
    {
        var known = flags.Split(',').Select(f => All.GetValueOrDefault(f.Trim())).OfType<string>().ToList();
        return known.Count == 0 ? null : string.Join("; ", known);
    }
}
