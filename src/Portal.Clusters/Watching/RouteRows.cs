using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>The entries of a VirtualService's <c>spec.http</c> in words.</summary>
public static class RouteRows
{
    public static ImmutableArray<RouteRow> Of(JsonElement spec) =>
        [.. spec.Find("http").Items().Select(h => new RouteRow(Match(h), Destinations(h), [.. Extras(h)]))];

    private static string Match(JsonElement http) => string.Join(" or ", http.Find("match").Items().Select(m => string.Join(" and ", Conditions(m))));

    private static IEnumerable<string> Conditions(JsonElement match)
    {
        foreach (var member in match.Members())
        {
            switch (member.Name)
            {
                case "uri" or "scheme" or "method" or "authority":
                    yield return $"{member.Name} {StringMatch(member.Value)}";
                    break;
                case "headers" or "queryParams":
                    foreach (var item in member.Value.Members()) yield return $"{item.Name} {StringMatch(item.Value)}";
                    break;
                case "withoutHeaders":
                    foreach (var item in member.Value.Members()) yield return $"not {item.Name} {StringMatch(item.Value)}";
                    break;
                case "port" or "sourceNamespace":
                    yield return $"{member.Name} = {member.Value.Text()}";
                    break;
                case "sourceLabels":
                    foreach (var item in member.Value.Members()) yield return $"source {item.Name} = {item.Value.Text()}";
                    break;
            }
        }
    }

    private static string StringMatch(JsonElement match)
    {
        if (match.Find("exact").Text() is { } exact) return $"= {exact}";
        if (match.Find("prefix").Text() is { } prefix) return $"starts with {prefix}";
        return match.Find("regex").Text() is { } regex ? $"matches {regex}" : "is present";
    }

    private static ImmutableArray<RouteDestination> Destinations(JsonElement http)
    {
        var routes = http.Find("route").Items().ToList();
        var total = routes.Sum(r => Math.Max(0, r.Find("weight").WholeNumber()));
        return
        [
            .. routes.Select(r =>
            {
                var weight = r.Find("weight").WholeNumber();
                // A single destination gets everything, whatever its weight says.
                var percent = routes.Count == 1 ? 100 : total == 0 ? 0 : 100.0 * Math.Max(0, weight) / total;
                return new RouteDestination(r.Find("destination", "host").Text() ?? "", r.Find("destination", "subset").Text(), weight, percent);
            }),
        ];
    }

    /// <summary>What an entry does besides: faults, timeouts, retries, mirrors.</summary>
    public static IEnumerable<string> Extras(JsonElement http)
    {
        if (http.Find("fault", "delay") is { ValueKind: JsonValueKind.Object } delay) yield return $"delay {delay.Find("fixedDelay").Text()} {Percent(delay)}";
        if (http.Find("fault", "abort") is { ValueKind: JsonValueKind.Object } abort) yield return $"abort {abort.Find("httpStatus").Text() ?? abort.Find("grpcStatus").Text()} {Percent(abort)}";
        if (http.Find("timeout").Text() is { } timeout) yield return $"timeout {timeout}";
        if (http.Find("retries") is { ValueKind: JsonValueKind.Object } retries) yield return Retries(retries);
        if (http.Find("mirror", "host").Text() is { } mirror) yield return $"mirror to {mirror}{(http.Find("mirror", "subset").Text() is { } subset ? " " + subset : "")}";
        if (http.Find("redirect").Exists()) yield return "redirect";
        if (http.Find("rewrite").Exists()) yield return "rewrite";
        if (http.Find("directResponse", "status").Text() is { } status) yield return $"answer {status}";
    }

    private static string Percent(JsonElement fault) => fault.Find("percentage", "value").Number() is { } value
        ? string.Create(CultureInfo.InvariantCulture, $"{value:0.####} %")
        : "0 %";

    private static string Retries(JsonElement retries)
    {
        var each = retries.Find("perTryTimeout").Text() is { } limit ? $", {limit} each" : "";
        var on = retries.Find("retryOn").Text() is { } conditions ? $", on {conditions}" : "";
        return $"retries {retries.Find("attempts").WholeNumber()}{each}{on}";
    }
}
