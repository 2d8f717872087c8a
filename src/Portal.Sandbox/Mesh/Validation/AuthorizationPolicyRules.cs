using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class AuthorizationPolicyRules
{
    private const string NeverTriggered = "action without `rules` is meaningless as it will never be triggered, add an empty rule `{}` if you want it be triggered for every request";
    private static readonly string[] s_addresses = ["ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks"];
    private static readonly string[] s_accounts = ["serviceAccounts", "notServiceAccounts"];

    /// <summary>The fields of a source, in the order in which their values are looked at.</summary>
    private static readonly string[] s_source =
    [
        "principals", "requestPrincipals", "namespaces", "serviceAccounts", "ipBlocks", "remoteIpBlocks", "notPrincipals", "notRequestPrincipals", "notNamespaces", "notServiceAccounts", "notIpBlocks", "notRemoteIpBlocks", "trustDomains", "notTrustDomains",
    ];

    private static readonly string[] s_operation = ["ports", "methods", "paths", "hosts", "notPorts", "notMethods", "notPaths", "notHosts"];

    public static void Check(MeshObject o, Findings f)
    {
        var action = o.Spec.Str("action") ?? "ALLOW";
        var rules = o.Spec.Objects("rules").ToList();
        TargetRules.Policy(o.Spec, f);
        if (action == "CUSTOM") CustomActionRules.Check(o.Spec, rules, NeverTriggered, f);
        else if (o.Spec.Obj("provider") is not null) f.Error($"`provider` must not be with non CUSTOM action, found {action}");
        if (action == "DENY" && rules.Count == 0) f.Error($"DENY {NeverTriggered}");
        for (var i = 0; i < rules.Count; i++) Rule(rules[i], i, action, f);
        f.PrefixErrors($"invalid policy {o.Name}.{o.Namespace}:");
    }

    private static void Rule(JsonObject rule, int index, string action, Findings f)
    {
        var (from, to) = (rule.Objects("from").ToList(), rule.Objects("to").ToList());
        foreach (var source in from) Source(source.Obj("source"), index, f);
        foreach (var operation in to) Operation(operation.Obj("operation"), index, f);
        foreach (var condition in rule.Objects("when")) Condition(condition, f);
        if (action != "DENY") return;
        var (sources, operations) = (from.Select(s => s.Obj("source")).OfType<JsonObject>().ToList(), to.Select(t => t.Obj("operation")).OfType<JsonObject>().ToList());
        var onTcp = sources.Any(s => s_source.Any(n => !n.EndsWith("equestPrincipals", StringComparison.Ordinal) && s.Strings(n).Any()));
        var onPorts = operations.Any(t => t.Strings("ports").Any() || t.Strings("notPorts").Any());
        if (operations.Count > 0 ? !onPorts : sources.Count > 0 && !onTcp)
            f.Warn("configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in a DENY rule; it is recommended to explicitly specify the port");
    }

    private static void Source(JsonObject? source, int index, Findings f)
    {
        if (source is null)
        {
            f.Error($"`from.source` must not be nil, found at rule {index}");
            return;
        }
        bool Has(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
            {
                if (source.Arr(name) is { Count: > 0 }) return true;
            }
            return false;
        }
        if (Has(s_accounts) && Has("principals", "notPrincipals", "namespaces", "notNamespaces")) f.Error($"cannot set serviceAccounts with namespaces or principals, found at rule {index}");
        if (!Has(s_source)) f.Error($"`from.source` must not be empty, found at rule {index}");
        foreach (var name in s_addresses) AuthorizationValues.Addresses(source.Strings(name), f);
        foreach (var name in s_source)
        {
            var label = char.ToUpperInvariant(name[0]) + name[1..];
            f.Error(s_accounts.Contains(name) ? AuthorizationValues.ServiceAccounts(label, [.. source.Strings(name)]) : AuthorizationValues.Empty(label, source.Strings(name)));
        }
    }

    private static void Operation(JsonObject? operation, int index, Findings f)
    {
        if (operation is null)
        {
            f.Error($"`to.operation` must not be nil, found at rule {index}");
            return;
        }
        if (!s_operation.Any(n => operation.Arr(n) is { Count: > 0 })) f.Error($"`to.operation` must not be empty, found at rule {index}");
        AuthorizationValues.Ports(operation.Strings("ports"), f);
        AuthorizationValues.Ports(operation.Strings("notPorts"), f);
        foreach (var name in s_operation) f.Error(AuthorizationValues.Empty(char.ToUpperInvariant(name[0]) + name[1..], operation.Strings(name)));
        f.Error(AuthorizationValues.Paths("Paths", operation.Strings("paths")));
        f.Error(AuthorizationValues.Paths("NotPaths", operation.Strings("notPaths")));
    }

    private static void Condition(JsonObject condition, Findings f)
    {
        var key = condition.Str("key") ?? "";
        var (values, notValues) = (condition.Strings("values").ToList(), condition.Strings("notValues").ToList());
        if (key.Length == 0) f.Error("`key` must not be empty");
        else if (values.Count + notValues.Count == 0) f.Error($"at least one of `values` or `notValues` must be set for key {key}");
        else
        {
            if (AuthorizationValues.Attribute(key, values) is { } bad) f.Error($"invalid `value` for `key` {key}: {bad}");
            if (AuthorizationValues.Attribute(key, notValues) is { } notBad) f.Error($"invalid `notValue` for `key` {key}: {notBad}");
        }
    }
}
