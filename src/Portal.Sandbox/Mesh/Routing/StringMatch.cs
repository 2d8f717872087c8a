using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Text;

namespace Portal.Sandbox.Mesh.Routing;

internal enum StringMatchKind { Present, Exact, Prefix, PathSegments, Regex }

/// <summary>Istio's StringMatch, ready to be asked.</summary>
internal sealed record StringMatch(StringMatchKind Kind, string Value, bool IgnoreCase = false)
{
    /// <summary>Any value, as long as there is one: an empty match, or the regex <c>*</c> of old.</summary>
    public static StringMatch Present { get; } = new(StringMatchKind.Present, "");

    public bool IsPresence => Kind == StringMatchKind.Present;

    public static StringMatch Of(JsonNode? match, bool ignoreCase = false)
    {
        if (match.Str("exact") is { } exact) return new(StringMatchKind.Exact, exact, ignoreCase);
        if (match.Str("prefix") is { } prefix) return new(StringMatchKind.Prefix, prefix, ignoreCase);
        // Of the Gateway API; no object of Istio's can say this.
        if (match.Str("segments") is { } segments) return new(StringMatchKind.PathSegments, segments);
        return match.Str("regex") is { } regex and not "*" ? new(StringMatchKind.Regex, regex) : Present;
    }

    public bool Matches(string value)
    {
        var comparison = IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return Kind switch
        {
            StringMatchKind.Exact => value.Equals(Value, comparison),
            StringMatchKind.Prefix => value.StartsWith(Value, comparison),
            // The Gateway API's prefix: whole elements of a path.
            StringMatchKind.PathSegments => Value.Length <= 1 || (value.StartsWith(Value, comparison) && (value.Length == Value.Length || value[Value.Length] == '/')),
            StringMatchKind.Regex => Re2.FullMatch(Value, value),
            _ => true,
        };
    }

    /// <summary>As istioctl shows the path of a match.</summary>
    public override string ToString() => Kind switch
    {
        StringMatchKind.Exact => Value,
        StringMatchKind.Prefix => Value + "*",
        StringMatchKind.PathSegments => Value.Length <= 1 ? "/*" : Value + "*",
        StringMatchKind.Regex => "regex " + Value,
        _ => "/*",
    };
}
