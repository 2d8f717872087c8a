using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>The conditions of a rule.</summary>
internal static class HttpMatchRules
{
    public static void Check(IEnumerable<JsonObject> matches, Findings f)
    {
        var all = matches.ToList();
        foreach (var match in all)
        {
            foreach (var (name, value) in match.Obj("headers") ?? [])
            {
                f.Error(HeaderRules.Matched(name));
                f.Error(Text(value, "headers"));
            }
            foreach (var (name, value) in match.Obj("withoutHeaders") ?? [])
            {
                f.Error(HeaderRules.Matched(name));
                // A star is not a pattern here: it says that the header must not be there at all.
                if (value.Str("regex") != "*") f.Error(Text(value, "withoutHeaders"));
            }
            // An empty prefix of a path is every path.
            f.Error(Pattern(match["uri"], "uri"));
            foreach (var field in (ReadOnlySpan<string>)["scheme", "method", "authority"]) f.Error(Text(match[field], field));
            foreach (var (_, value) in match.Obj("queryParams") ?? []) f.Error(Text(value, "queryParams"));
        }
        foreach (var match in all)
        {
            if (match.Num("port") is not (null or 0) and var port) f.Error(AddressRules.Port(port.Value));
            LabelRules.Check(match.Obj("sourceLabels"), f);
            VirtualServiceRules.GatewayNames(match.Strings("gateways"), f);
            if (match.Str("sourceNamespace") is { Length: > 0 } ns && !HostRules.IsLabel(ns)) f.Error($"sourceNamespace match {ns} is invalid");
        }
    }

    private static string? Text(JsonNode? match, string where) =>
        match.Str("prefix") is "" ? $"{GoText.Quote(where)}: prefix string match should not be empty" : Pattern(match, where);

    public static string? Pattern(JsonNode? match, string where) => match.Str("regex") switch
    {
        null => null,
        "" => $"{GoText.Quote(where)}: regex string match should not be empty",
        var pattern => Re2Syntax.Problem(pattern, where),
    };
}
