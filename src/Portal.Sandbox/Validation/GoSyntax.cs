using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Validation;

/// <summary>Values as Go's <c>%#v</c> prints them in error texts.</summary>
internal static class GoSyntax
{
    public static string Map(JsonNode? map)
    {
        if (map is not JsonObject obj) return "map[string]string(nil)";
        return "map[string]string{" + string.Join(", ", obj.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{Quote(p.Key)}:{Quote(p.Value.Str() ?? "")}")) + "}";
    }

    public static string Strings(JsonNode? array, string type = "string") =>
        array is JsonArray a ? $"[]{type}{{{string.Join(", ", a.Select(s => Quote(s.Str() ?? "")))}}}" : $"[]{type}(nil)";

    public static string Selector(JsonNode? selector)
    {
        if (selector is null) return "\"null\"";
        var expressions = selector.Arr("matchExpressions") is { } list
            ? "[]v1.LabelSelectorRequirement{" + string.Join(", ", list.Select(e => $"v1.LabelSelectorRequirement{{Key:{Quote(e.Str("key") ?? "")}, Operator:{Quote(e.Str("operator") ?? "")}, Values:{Strings(e.Arr("values"))}}}")) + "}"
            : "[]v1.LabelSelectorRequirement(nil)";
        return $"v1.LabelSelector{{MatchLabels:{Map(selector.Obj("matchLabels"))}, MatchExpressions:{expressions}}}";
    }

    public static string RoleRef(JsonNode? reference) =>
        $"rbac.RoleRef{{APIGroup:{Quote(reference.Str("apiGroup") ?? "")}, Kind:{Quote(reference.Str("kind") ?? "")}, Name:{Quote(reference.Str("name") ?? "")}}}";

    /// <summary>An IntOrString, which is printed with its tag.</summary>
    public static string IntOrString(JsonNode? value) => value.Str() is { } s
        ? $"intstr.IntOrString{{Type:1, IntVal:0, StrVal:{Quote(s)}}}"
        : $"intstr.IntOrString{{Type:0, IntVal:{value.Num() ?? 0}, StrVal:\"\"}}";

    /// <summary>A quantity, in the canonical form in which it is stored.</summary>
    public static string Quantity(string? text)
    {
        text = string.IsNullOrEmpty(text) ? "0" : text;
        var end = text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') is >= 0 and var i ? i + 1 : -1;
        var suffix = end < 0 ? "" : text[end..];
        var (digits, scale) = (end < 0 ? text : text[..end], suffix.Length == 1 ? (("num kMGTPE".IndexOf(suffix[0], StringComparison.Ordinal) - 3) * 3) : 0);
        if (suffix.Length == 2 && long.TryParse(digits, out var n)) digits = (n << (10 * ("KMGTPE".IndexOf(suffix[0], StringComparison.Ordinal) + 1))).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return $"resource.Quantity{{i:resource.int64Amount{{value:{digits}, scale:{scale}}}, d:resource.infDecAmount{{Dec:(*inf.Dec)(nil)}}, s:{Quote(text)}, Format:\"{(suffix.Length == 2 ? "BinarySI" : "DecimalSI")}\"}}";
    }

    /// <summary>JSON as Go's <c>%+v</c> prints it: <c>map[a:b c:[1 2]]</c>.</summary>
    public static string Printed(JsonNode? value) => value switch
    {
        null => "<nil>",
        JsonObject o => "map[" + string.Join(' ', o.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}:{Printed(p.Value)}")) + "]",
        JsonArray a => "[" + string.Join(' ', a.Select(Printed)) + "]",
        _ => value.ToString(),
    };

    /// <summary>Anything else: JSON, the nearest readable form.</summary>
    public static string Value(JsonNode? value) => value?.ToText() ?? "null";

    public static string Quote(string text) => JsonValue.Create(text).ToText();
}
