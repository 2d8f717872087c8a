using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Istioctl.Security;

/// <summary>A rule of an AuthorizationPolicy as Envoy's RBAC filter holds it: permissions for what is asked, principals for who asks.</summary>
internal static class RbacJson
{
    public static JsonObject Of(JsonObject rule)
    {
        var (permissions, principals) = (new List<JsonObject>(), new List<JsonObject>());
        foreach (var condition in rule.Objects("when"))
        {
            var key = condition.Str("key") ?? "";
            (key.StartsWith("destination.", StringComparison.Ordinal) || key == "connection.sni" ? permissions : principals).AddRange(Field(condition, "values", "notValues", v => Condition(key, v)));
        }
        JsonNode[] Alternatives(string list, string part, Func<JsonObject, IEnumerable<JsonObject>> read, List<JsonObject> common, string all, string each) =>
            [.. rule.Objects(list).Select(o => o.Obj(part) ?? []).DefaultIfEmpty([]).Select(o => (JsonNode)And(all, each, [.. read(o), .. common.Select(c => c.Copy())]))];
        return new()
        {
            ["permissions"] = new JsonArray(Alternatives("to", "operation", Operation, permissions, "andRules", "rules")),
            ["principals"] = new JsonArray(Alternatives("from", "source", Source, principals, "andIds", "ids")),
        };
    }

    private static JsonObject And(string all, string each, List<JsonObject> parts) => new() { [all] = new JsonObject { [each] = new JsonArray([.. parts.DefaultIfEmpty(new() { ["any"] = true }).Select(p => (JsonNode)p)]) } };

    private static IEnumerable<JsonObject> Operation(JsonObject o) =>
    [
        .. Field(o, "hosts", "notHosts", v => Header(":authority", v), rules: true), .. Field(o, "methods", "notMethods", v => Header(":method", v), rules: true),
        .. Field(o, "paths", "notPaths", v => new() { ["urlPath"] = new JsonObject { ["path"] = Text(v) } }, rules: true),
        .. Field(o, "ports", "notPorts", v => new() { ["destinationPort"] = int.TryParse(v, CultureInfo.InvariantCulture, out var port) ? port : 0 }, rules: true),
    ];

    private static IEnumerable<JsonObject> Source(JsonObject s) =>
    [
        .. Field(s, "principals", "notPrincipals", Principal), .. Field(s, "namespaces", "notNamespaces", Namespace),
        .. Field(s, "requestPrincipals", "notRequestPrincipals", v => Metadata(["request.auth.principal"], v)),
        .. Field(s, "ipBlocks", "notIpBlocks", v => Block("directRemoteIp", v)), .. Field(s, "remoteIpBlocks", "notRemoteIpBlocks", v => Block("remoteIp", v)),
    ];

    private static JsonObject Condition(string key, string value) => key switch
    {
        "source.ip" => Block("directRemoteIp", value),
        "remote.ip" => Block("remoteIp", value),
        "source.namespace" => Namespace(value),
        "source.principal" => Principal(value),
        "destination.ip" => Block("destinationIp", value),
        "destination.port" => new() { ["destinationPort"] = int.TryParse(value, CultureInfo.InvariantCulture, out var port) ? port : 0 },
        "connection.sni" => new() { ["requestedServerName"] = Text(value) },
        _ when key.StartsWith("request.headers[", StringComparison.Ordinal) => Header(key["request.headers[".Length..].TrimEnd(']'), value),
        _ => Metadata(key.Replace("]", "", StringComparison.Ordinal).Split('['), value),
    };

    /// <summary>Any of the values, and none of those that must not be.</summary>
    private static IEnumerable<JsonObject> Field(JsonObject o, string name, string inverse, Func<string, JsonObject> test, bool rules = false)
    {
        var (or, list, not) = rules ? ("orRules", "rules", "notRule") : ("orIds", "ids", "notId");
        JsonObject Any(IEnumerable<string> values) => new() { [or] = new JsonObject { [list] = new JsonArray([.. values.Select(v => (JsonNode)test(v))]) } };
        if (o.Strings(name).ToList() is { Count: > 0 } values) yield return Any(values);
        if (o.Strings(inverse).ToList() is { Count: > 0 } none) yield return new() { [not] = Any(none) };
    }

    private static JsonObject Header(string name, string value) => value == "*" ? new() { ["header"] = new JsonObject { ["name"] = name, ["presentMatch"] = true } } : new() { ["header"] = new JsonObject { ["name"] = name, ["stringMatch"] = Text(value) } };

    private static JsonObject Principal(string value) => Authenticated(value.StartsWith('*') || value == "*" ? Text(value) : Text("spiffe://" + value));

    private static JsonObject Namespace(string value) => Authenticated(new() { ["safeRegex"] = new JsonObject { ["regex"] = $".*/ns/{Regex.Escape(value).Replace("\\*", ".*", StringComparison.Ordinal)}/.*" } });

    private static JsonObject Authenticated(JsonObject name) => new() { ["authenticated"] = new JsonObject { ["principalName"] = name } };

    private static JsonObject Metadata(string[] path, string value) => new()
    {
        ["metadata"] = new JsonObject { ["filter"] = "istio_authn", ["path"] = new JsonArray([.. path.Select(p => (JsonNode)new JsonObject { ["key"] = p })]), ["value"] = new JsonObject { ["stringMatch"] = Text(value) } },
    };

    private static JsonObject Block(string name, string value)
    {
        var parts = value.Split('/');
        var bits = parts.Length > 1 && int.TryParse(parts[1], CultureInfo.InvariantCulture, out var said) ? said : parts[0].Contains(':', StringComparison.Ordinal) ? 128 : 32;
        return new() { [name] = new JsonObject { ["addressPrefix"] = parts[0], ["prefixLen"] = bits } };
    }

    private static JsonObject Text(string pattern) => pattern switch
    {
        "*" => new() { ["safeRegex"] = new JsonObject { ["regex"] = ".+" } },
        _ when pattern.EndsWith('*') => new() { ["prefix"] = pattern[..^1] },
        _ when pattern.StartsWith('*') => new() { ["suffix"] = pattern[1..] },
        _ => new() { ["exact"] = pattern },
    };
}
