using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Mesh;

/// <summary>
/// AuthorizationPolicies at the server's proxy: DENY first, then, when there is an ALLOW policy for the workload, one of them
/// has to match. A caller that came in plain text has no identity.
/// </summary>
internal static class AuthorizationEngine
{
    private sealed record Request(PodInstance Server, int Port, HttpCall Call, PodInstance? Identity, string? SourceIp)
    {
        public string Principal => Identity is null ? "" : $"cluster.local/ns/{Identity.Namespace}/sa/{Identity.ServiceAccount}";
    }

    /// <summary>Null when the request may pass, else the proxy's 403.</summary>
    /// <param name="identity">The caller as mutual TLS proved it; null without.</param>
    /// <param name="caller">Where the connection comes from.</param>
    public static HttpReply? Check(MeshConfig config, PodInstance server, int port, HttpCall call, PodInstance? identity, PodInstance? caller = null)
    {
        if (config.AuthorizationPolicies.Count == 0) return null;
        var request = new Request(server, port, call, identity, caller?.Ip);
        var policies = config.AuthorizationPolicies.Where(p => !p.DryRun && AppliesTo(p, server)).ToList();
        var denied = policies.Find(p => p.Spec.Str("action") == "DENY" && Matches(p, request));
        if (denied is not null) return Refuse($"rbac_access_denied_matched_policy[ns[{denied.Namespace}]-policy[{denied.Name}]-rule[{RuleOf(denied, request)}]]");
        var allowing = policies.Where(p => p.Spec.Str("action") is null or "" or "ALLOW").ToList();
        return allowing.Count == 0 || allowing.Exists(p => Matches(p, request)) ? null : Refuse("rbac_access_denied_matched_policy[none]");
    }

    private static HttpReply Refuse(string details) => HttpReply.Of(403, "RBAC: access denied", details: details);

    private static bool AppliesTo(MeshObject policy, PodInstance server)
    {
        if (policy.Namespace != server.Namespace && policy.Namespace != MeshConfig.RootNamespace) return false;
        var selector = policy.Spec.Map("selector", "matchLabels");
        return selector.Count == 0 || Selectors.Matches(selector, server.Labels);
    }

    private static bool Matches(MeshObject policy, Request request) => RuleOf(policy, request) >= 0;

    private static int RuleOf(MeshObject policy, Request request)
    {
        var rules = policy.Spec.Objects("rules").ToList();
        return rules.FindIndex(r => Any(r, "from", "source", s => Source(s, request)) && Any(r, "to", "operation", o => Operation(o, request)) && r.Objects("when").All(w => When(w, request)));
    }

    private static bool Any(JsonObject rule, string list, string item, Func<JsonObject, bool> test) =>
        rule.Arr(list) is not { Count: > 0 } || rule.Objects(list).Any(e => test(e.Obj(item) ?? []));

    private static bool Source(JsonObject s, Request r) =>
        Field(s, "principals", v => Text(v, r.Principal)) && Field(s, "namespaces", v => Text(v, r.Identity?.Namespace ?? ""))
        && Field(s, "serviceAccounts", v => r.Identity is { } i && v == (v.Contains('/', StringComparison.Ordinal) ? $"{i.Namespace}/{i.ServiceAccount}" : i.ServiceAccount))
        && Field(s, "ipBlocks", v => InBlock(r.SourceIp, v)) && Field(s, "remoteIpBlocks", v => InBlock(r.Call.Headers["x-forwarded-for"]?.Split(',')[0].Trim() ?? r.SourceIp, v))
        && Field(s, "requestPrincipals", _ => false);

    private static bool Operation(JsonObject o, Request r) =>
        Field(o, "hosts", v => Text(v.ToLowerInvariant(), r.Call.Authority.ToLowerInvariant()) || Text(v.ToLowerInvariant(), r.Call.Host.ToLowerInvariant()))
        && Field(o, "ports", v => v == r.Port.ToString(CultureInfo.InvariantCulture)) && Field(o, "methods", v => Text(v, r.Call.Method)) && Field(o, "paths", v => Text(v, r.Call.PathOnly));

    /// <summary>Values are ORed; the field with <c>not</c> before it holds when none matches.</summary>
    private static bool Field(JsonObject o, string name, Func<string, bool> test)
    {
        if (o.Arr(name) is { Count: > 0 } && !o.Strings(name).Any(test)) return false;
        var inverse = "not" + char.ToUpperInvariant(name[0]) + name[1..];
        return o.Arr(inverse) is not { Count: > 0 } || !o.Strings(inverse).Any(test);
    }

    private static bool When(JsonObject condition, Request r)
    {
        var key = condition.Str("key") ?? "";
        bool Test(string v) => key switch
        {
            "source.ip" => InBlock(r.SourceIp, v),
            "destination.ip" => InBlock(r.Server.Ip, v),
            "source.namespace" => Text(v, r.Identity?.Namespace ?? ""),
            "source.principal" => Text(v, r.Principal),
            "destination.port" => v == r.Port.ToString(CultureInfo.InvariantCulture),
            _ when key.StartsWith("request.headers[", StringComparison.Ordinal) => Text(v, r.Call.Headers[key[16..^1]] ?? ""),
            _ => false,
        };
        return (condition.Arr("values") is not { Count: > 0 } || condition.Strings("values").Any(Test)) && (condition.Arr("notValues") is not { Count: > 0 } || !condition.Strings("notValues").Any(Test));
    }

    /// <summary>Exact, <c>abc*</c>, <c>*abc</c>, or <c>*</c> for anything that is there.</summary>
    private static bool Text(string pattern, string value) => pattern switch
    {
        "*" => value.Length > 0,
        _ when pattern.EndsWith('*') => value.StartsWith(pattern[..^1], StringComparison.Ordinal),
        _ when pattern.StartsWith('*') => value.EndsWith(pattern[1..], StringComparison.Ordinal),
        _ => value == pattern,
    };

    private static bool InBlock(string? ip, string block)
    {
        if (!IPAddress.TryParse(ip, out var address)) return false;
        return block.Contains('/', StringComparison.Ordinal) ? IPNetwork.TryParse(block, out var network) && network.Contains(address) : IPAddress.TryParse(block, out var single) && single.Equals(address);
    }
}
