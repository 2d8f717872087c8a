using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Clusters.Api;
using Portal.Labs.Grading.Routing;

namespace Portal.Labs.Grading.Probes;

/// <summary>The effective route of a host, inside the mesh or at a gateway: shares, faults, retries, timeout; or, for a wrong answer, a problem with its rules.</summary>
internal sealed class RouteProbe : ICheckProbe
{
    private const double Tolerance = 0.5;

    public string Name => "route";

    public Task<ProbeResult> EvaluateAsync(ProbeContext context, JsonObject settings, CancellationToken cancellationToken)
    {
        var (host, @namespace, request) = (settings.Text("host") ?? "", settings.Text("namespace") ?? "", Request(settings.Section("request")));
        var route = settings.Text("gateway") is { } gateway ? GatewayRouteResolver.Resolve(context.Snapshot, gateway, host, @namespace, request) : RouteResolver.Resolve(context.Snapshot, host, @namespace, request);
        return Task.FromResult(Evaluate(route, settings) with { Objects = route.Objects, Log = [$"{route.Where}: {route.Describe()}", .. route.Problems.Select(p => "problem: " + p)] });
    }

    private static RouteRequest Request(JsonObject? request) => request is null ? RouteRequest.Plain : new(
        request.Text("path") ?? "/",
        request.Text("method") ?? "GET",
        request.Section("headers")?.ToDictionary(h => h.Key, h => (h.Value as JsonValue)?.Scalar() ?? "", StringComparer.OrdinalIgnoreCase) ?? []);

    private static ProbeResult Evaluate(EffectiveRoute route, JsonObject settings)
    {
        if (settings.Text("problem") is { } problem)
        {
            return route.Problems.Contains(problem) ? ProbeResult.Passed(problem, route.Where) : ProbeResult.Failed(problem, "not so", route.Where);
        }
        return Destinations(route, settings.Section("destinations"))
            ?? Faults(route, settings.Section("fault"))
            ?? Retries(route, settings.Section("retries"))
            ?? Timeout(route, settings.Text("timeout"))
            ?? ProbeResult.Passed("the route is as asked", route.Where);
    }

    private static ProbeResult? Destinations(EffectiveRoute route, JsonObject? wanted)
    {
        if (wanted is null) return null;
        var shares = wanted.ToDictionary(w => w.Key, w => w.Value.Interval()?.Min ?? 0, StringComparer.Ordinal);
        var total = shares.Values.Sum();
        if (total > 0) shares = shares.Where(s => s.Value > 0).ToDictionary(s => s.Key, s => 100 * s.Value / total, StringComparer.Ordinal);
        var same = shares.Count == route.Shares.Count && shares.All(s => route.Shares.TryGetValue(s.Key, out var found) && Math.Abs(found - s.Value) <= Tolerance);
        var expected = string.Join(", ", shares.Select(s => EffectiveRoute.Share(s.Key, s.Value)));
        if (!same) return ProbeResult.Failed(expected, route.Describe(), route.Where);
        return route.Problems.Contains(RouteProblem.MissingSubset)
            ? ProbeResult.Failed(expected, "a destination names a subset that no DestinationRule defines", route.Where)
            : null;
    }

    private static ProbeResult? Faults(EffectiveRoute route, JsonObject? wanted)
    {
        if (wanted is null) return null;
        var fault = route.Entry.Find("fault");
        if (wanted.Section("delay") is { } delay)
        {
            var found = fault.Find("delay");
            if (!GoDuration.Same(delay.Text("fixedDelay"), found.Find("fixedDelay").Text())) return Leaf(route, "fault.delay.fixedDelay", delay.Text("fixedDelay"), found.Find("fixedDelay"));
            if (!SamePercentage(delay, found)) return Leaf(route, "fault.delay.percentage.value", delay.Text("percentage"), found.Find("percentage", "value"));
        }
        if (wanted.Section("abort") is { } abort)
        {
            var found = fault.Find("abort");
            if (abort.Text("httpStatus") != found.Find("httpStatus").Text()) return Leaf(route, "fault.abort.httpStatus", abort.Text("httpStatus"), found.Find("httpStatus"));
            if (!SamePercentage(abort, found)) return Leaf(route, "fault.abort.percentage.value", abort.Text("percentage"), found.Find("percentage", "value"));
        }
        return null;
    }

    private static bool SamePercentage(JsonObject wanted, JsonElement found) =>
        double.TryParse(wanted.Text("percentage"), CultureInfo.InvariantCulture, out var percent) && found.Find("percentage", "value").Number() is { } value && Math.Abs(value - percent) < 0.001;

    private static ProbeResult? Retries(EffectiveRoute route, JsonObject? wanted)
    {
        if (wanted is null) return null;
        var found = route.Entry.Find("retries");
        if (wanted.Text("attempts") is { } attempts && attempts != found.Find("attempts").Text()) return Leaf(route, "retries.attempts", attempts, found.Find("attempts"));
        if (wanted.Text("perTryTimeout") is { } limit && !GoDuration.Same(limit, found.Find("perTryTimeout").Text())) return Leaf(route, "retries.perTryTimeout", limit, found.Find("perTryTimeout"));
        var conditions = (found.Find("retryOn").Text() ?? "").Split(',', StringSplitOptions.TrimEntries);
        return wanted.Text("retryOn") is { } on && on.Split(',', StringSplitOptions.TrimEntries).Except(conditions).Any() ? Leaf(route, "retries.retryOn", on, found.Find("retryOn")) : null;
    }

    private static ProbeResult? Timeout(EffectiveRoute route, string? wanted) =>
        wanted is null || GoDuration.Same(wanted, route.Entry.Find("timeout").Text()) ? null : Leaf(route, "timeout", wanted, route.Entry.Find("timeout"));

    private static ProbeResult Leaf(EffectiveRoute route, string path, string? wanted, JsonElement found) =>
        ProbeResult.Failed($"{path} = {wanted}", found.Text() ?? "nothing", $"{route.Where}.{path}");
}
