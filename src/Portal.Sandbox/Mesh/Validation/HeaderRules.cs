using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>Names and values of HTTP headers. Each answers with what is wrong, or null.</summary>
internal static partial class HeaderRules
{
    private const string Empty = "header name cannot be empty";
    private static readonly string[] s_pseudo = [":method", ":scheme", ":authority", ":path", ":status"];

    public static bool IsAuthority(string name) => name.Equals(":authority", StringComparison.OrdinalIgnoreCase) || name.Equals("host", StringComparison.OrdinalIgnoreCase);

    private static bool IsInternal(string name) => name.StartsWith(':') || name.Equals("host", StringComparison.OrdinalIgnoreCase);

    /// <summary>The headers that a route changes.</summary>
    public static void Operations(JsonObject? headers, Findings f)
    {
        foreach (var side in (ReadOnlySpan<string>)["request", "response"])
        {
            foreach (var operation in (ReadOnlySpan<string>)["add", "set"])
            {
                foreach (var (name, value) in headers.Map(side, operation))
                {
                    f.Error(side == "request" ? SetInRequest(name) : Changed(name));
                    f.Error(HeaderFormat.Problem(value));
                }
            }
            foreach (var name in headers.Strings(side, "remove")) f.Error(Changed(name));
        }
    }

    private static string? SetInRequest(string name) =>
        name.Length == 0 ? Empty : IsInternal(name) && !IsAuthority(name) ? $"invalid header {GoText.Quote(name)}: header cannot have \":\" prefix" : null;

    private static string? Changed(string name)
    {
        if (name.Length == 0) return Empty;
        if (name.Equals("host", StringComparison.OrdinalIgnoreCase)) return $"invalid header {GoText.Quote(name)}: cannot set Host header";
        return IsInternal(name) ? $"invalid header {GoText.Quote(name)}: header cannot have \":\" prefix" : null;
    }

    /// <summary>A header that a match asks for: also a pseudo header or a claim of the caller's token.</summary>
    public static string? Matched(string name)
    {
        if (name.Length == 0) return Empty;
        return IsClaim(name) || s_pseudo.Contains(name) || TokenRegex().IsMatch(name) ? null : $"header name {name} is not a valid header name";
    }

    public static string? Cors(string name) => name.Length == 0 ? Empty : name == "*" || TokenRegex().IsMatch(name) ? null : $"header name {name} is not a valid header name";

    /// <summary>Headers of probes and of claims: letters, digits and dashes.</summary>
    public static string? Plain(string name) => name.Length == 0 ? Empty : PlainRegex().IsMatch(name) ? null : $"header name {name} is not a valid header name";

    /// <summary><c>@request.auth.claims.group</c> or <c>@request.auth.claims[group]</c></summary>
    public static bool IsClaim(string name)
    {
        const string Prefix = "@request.auth.claims";
        if (!name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return false;
        var rest = name[Prefix.Length..];
        return (rest.StartsWith('.') && rest.Length > 1) || (rest.StartsWith('[') && rest.EndsWith(']') && rest.Length > 2);
    }

    [GeneratedRegex(@"\A[!#$%&'*+\-.^_`|~A-Za-z0-9]+\z")]
    private static partial Regex TokenRegex();

    [GeneratedRegex(@"\A[-A-Za-z0-9]+\z")]
    private static partial Regex PlainRegex();
}
