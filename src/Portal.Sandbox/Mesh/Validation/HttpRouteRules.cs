using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class HttpRouteRules
{
    public static void Check(JsonObject route, VirtualServiceScope vs, Findings f)
    {
        Conflicts(route, vs, f);
        f.ErrorsOf(g => HttpMatchRules.Check(route.Objects("match"), g));
        HeaderRules.Operations(route.Obj("headers"), f);
        HttpFilterRules.Cors(route.Obj("corsPolicy"), f);
        HttpFilterRules.Fault(route.Obj("fault"), f);
        Mirrors(route, f);
        HttpActionRules.Redirect(route.Obj("redirect"), f);
        HttpActionRules.DirectResponse(route.Obj("directResponse"), f);
        HttpFilterRules.Retries(route.Obj("retries"), f);
        HttpActionRules.Rewrite(route.Obj("rewrite"), f);
        AuthorityOnce(route, f);
        Destinations(route, http: true, f);
        DurationRules.Check(route, "timeout", f);
    }

    /// <summary>What a route does with a request: it forwards, redirects, answers itself, or leaves that to a delegate.</summary>
    private static void Conflicts(JsonObject route, VirtualServiceScope vs, Findings f)
    {
        var (redirect, direct, forwards) = (route.Obj("redirect") is not null, route.Obj("directResponse") is not null, route.Objects("route").Any());
        var delegates = route.Obj("delegate") is not null;
        if (delegates && !vs.IsDelegate)
        {
            if (redirect) f.Error($"root HTTP route {route.Str("name")} must not specify redirect");
            if (forwards) f.Error($"root HTTP route {route.Str("name")} must not specify route");
            return;
        }
        if (delegates) f.Error("delegate HTTP route cannot contain delegate");
        if (redirect || direct)
        {
            var action = redirect ? "redirect" : "direct_response";
            if (forwards) f.Error($"HTTP route cannot contain both route and {action}");
            if (route.Obj("fault") is not null) f.Error($"HTTP route cannot contain both fault and {action}");
            if (route.Obj("rewrite") is not null) f.Error($"HTTP route rule cannot contain both rewrite and {action}");
            if (redirect && direct) f.Error("HTTP route rule cannot contain both direct_response and redirect");
        }
        else if (!forwards) f.Error("HTTP route, redirect or direct_response is required");
        if (route.Obj("mirror") is not null && route.Objects("mirrors").Any()) f.Error("HTTP route cannot contain both mirror and mirrors");
    }

    private static void Mirrors(JsonObject route, Findings f)
    {
        if ((route.Num("mirrorPercent") ?? route.Num("mirror_percent")) is { } percent)
        {
            if (percent > 100) f.Error($"mirror_percent must have a max value of 100 (it has {percent})");
            f.Warn("using deprecated setting \"mirrorPercent\", use \"mirrorPercentage\" instead");
        }
        Share(route.Obj("mirrorPercentage"), "mirror_percentage", f);
        Destination(route.Obj("mirror"), f);
        foreach (var mirror in route.Objects("mirrors"))
        {
            Destination(mirror.Obj("destination"), f);
            Share(mirror.Obj("percentage"), "mirror percentage", f);
        }
    }

    private static void Share(JsonObject? percentage, string name, Findings f)
    {
        var value = percentage.Real("value") ?? 0;
        if (value > 100) f.Error($"{name} must have a max value of 100 (it has {GoText.Fixed(value)})");
        if (value < 0) f.Error($"{name} must have a min value of 0 (it has {GoText.Fixed(value)})");
    }

    /// <summary>The Host header can be set in one place.</summary>
    private static void AuthorityOnce(JsonObject route, Findings f)
    {
        var current = route.Str("rewrite", "authority") ?? "";
        foreach (var operation in (ReadOnlySpan<string>)["set", "add"])
        {
            foreach (var (name, value) in route.Map("headers", "request", operation))
            {
                if (!HeaderRules.IsAuthority(name)) continue;
                if (current.Length > 0)
                {
                    f.Error($"authority header cannot be set multiple times: have {GoText.Quote(current)}, attempting to set {GoText.Quote(value)}");
                    return;
                }
                current = value;
            }
        }
    }

    /// <summary>The weighted destinations of a route.</summary>
    public static void Destinations(JsonObject route, bool http, Findings f)
    {
        var destinations = route.Objects("route").ToList();
        foreach (var d in destinations)
        {
            if (http) HeaderRules.Operations(d.Obj("headers"), f);
            Destination(d.Obj("destination"), f);
            if (d.Num("weight") is < 0 and var weight) f.Error($"weight {weight} < 0");
        }
        if (destinations.Count > 1 && destinations.Sum(d => d.Num("weight") ?? 0) == 0) f.Error("total destination weight = 0");
    }

    public static void Destination(JsonObject? destination, Findings f)
    {
        if (destination is null) return;
        var host = destination.Str("host") ?? "";
        f.Error(host == "*" ? $"invalid destination host {host}" : HostRules.WildcardDomain(host));
        if (destination.Str("subset") is { Length: > 0 } subset) f.Error(Subset(subset));
        if (destination.Obj("port") is { } port) f.Error(AddressRules.Port(port.Num("number") ?? 0));
    }

    public static string? Subset(string name) => name.Length == 0 ? "subset name cannot be empty" : HostRules.IsLabel(name) ? null : $"subset name is invalid: {name}";
}
