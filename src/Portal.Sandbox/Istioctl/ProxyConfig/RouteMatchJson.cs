using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Routing;

namespace Portal.Sandbox.Istioctl;

/// <summary>The conditions of a route as Envoy's configuration writes them.</summary>
internal static class RouteMatchJson
{
    public static JsonObject Of(RouteMatch? match)
    {
        var json = match?.Uri switch
        {
            { Kind: StringMatchKind.Exact, Value: var path } => new JsonObject { ["path"] = path },
            { Kind: StringMatchKind.Regex, Value: var regex } => new JsonObject { ["safeRegex"] = new JsonObject { ["regex"] = regex } },
            { Kind: StringMatchKind.PathSegments, Value: { Length: > 1 } prefix } => new JsonObject { ["pathSeparatedPrefix"] = prefix },
            { Kind: StringMatchKind.Prefix or StringMatchKind.PathSegments, Value: var prefix } => new JsonObject { ["prefix"] = prefix },
            _ => new JsonObject { ["prefix"] = "/" },
        };
        json["caseSensitive"] = match?.Uri?.IgnoreCase != true;
        if (match is null) return json;
        var headers = new JsonArray();
        foreach (var (name, condition) in match.Json.Obj("headers") ?? []) headers.Add((JsonNode)Header(name, condition.Obj(), false));
        foreach (var (name, condition) in match.Json.Obj("withoutHeaders") ?? []) headers.Add((JsonNode)Header(name, condition.Obj(), true));
        foreach (var part in new[] { "method", "authority", "scheme" }) if (match.Json.Obj(part) is { Count: > 0 } condition) headers.Add((JsonNode)Header(":" + part, condition, false));
        if (headers.Count > 0) json["headers"] = headers;
        var query = (match.Json.Obj("queryParams") ?? []).Select(q => (JsonNode)(q.Value.Obj() is { Count: > 0 } condition ? new JsonObject { ["name"] = q.Key, ["stringMatch"] = Text(condition) } : new JsonObject { ["name"] = q.Key, ["presentMatch"] = true })).ToArray();
        if (query.Length > 0) json["queryParameters"] = new JsonArray(query);
        return json;
    }

    /// <summary>Istio's StringMatch as Envoy's.</summary>
    public static JsonObject Text(JsonObject condition) => condition.Str("regex") is { } regex ? new() { ["safeRegex"] = new JsonObject { ["regex"] = regex } } : condition.Copy();

    private static JsonObject Header(string name, JsonObject? condition, bool inverted)
    {
        var json = new JsonObject { ["name"] = name };
        if (condition is { Count: > 0 } && condition.Str("regex") != "*") json["stringMatch"] = Text(condition);
        else json["presentMatch"] = true;
        if (inverted) json["invertMatch"] = true;
        return json;
    }
}
