using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Text;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>An answer that sends the client elsewhere.</summary>
/// <param name="Prefix">What replaces the matched prefix of the path; null where the path stays or <paramref name="Uri"/> replaces it.</param>
internal sealed record Redirect(string? Uri, string? Prefix, string? Authority, string? Scheme, int? Port, bool RequestPort, int Code)
{
    public static Redirect? Of(JsonObject? redirect) => redirect is null ? null : new(
        NotEmpty(redirect.Str("uri")), redirect.Str("prefixRewrite"), NotEmpty(redirect.Str("authority")), NotEmpty(redirect.Str("scheme")),
        redirect.Num("port") is > 0 and var port ? (int)port : null, redirect.Str("derivePort") == "FROM_REQUEST_PORT",
        redirect.Int(301, "redirectCode") is var code && code is 301 or 302 or 303 or 307 or 308 ? code : 301);

    /// <param name="listenerPort">The port that the request came to.</param>
    public HttpReply Answer(HttpCall call, RouteMatch? match, int listenerPort)
    {
        var before = call.Headers["x-forwarded-proto"] ?? "http";
        var scheme = Scheme ?? before;
        var port = Port ?? (RequestPort ? listenerPort : null);
        if (port == (scheme == "https" ? 443 : 80)) port = null;
        var (host, written) = Split(Authority ?? call.Authority);
        // A port that was only the old scheme's own has no meaning under the new one.
        if (scheme != before && written == (before == "https" ? 443 : 80) && Authority is null) written = null;
        var shown = port ?? written;
        var reply = HttpReply.Of(Code, "", details: "direct_response");
        reply.Headers["location"] = string.Create(CultureInfo.InvariantCulture, $"{scheme}://{host}{(shown is null ? "" : ":" + shown.Value.ToString(CultureInfo.InvariantCulture))}{Path(call, match)}");
        return reply;
    }

    private string Path(HttpCall call, RouteMatch? match)
    {
        if (Prefix is not null) return Rewrite.ReplacePrefix(call.Path, match, Prefix);
        if (Uri is null) return call.Path;
        return call.Query.Length > 0 && !Uri.Contains('?', StringComparison.Ordinal) ? $"{Uri}?{call.Query}" : Uri;
    }

    private static (string Host, int? Port) Split(string authority) =>
        authority.LastIndexOf(':') is > 0 and var i && int.TryParse(authority.AsSpan(i + 1), CultureInfo.InvariantCulture, out var port) ? (authority[..i], port) : (authority, null);

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>A change of path or host on the way to the destination.</summary>
internal sealed record Rewrite(string? Uri, string? Authority, System.Text.RegularExpressions.Regex? Pattern, string? Replacement)
{
    public static Rewrite? Of(JsonObject? rewrite)
    {
        if (rewrite is null) return null;
        System.Text.RegularExpressions.Regex? pattern = null;
        if (rewrite.Str("uriRegexRewrite", "match") is { } text) Re2.TryCompile(text, out pattern);
        return new(rewrite.Str("uri") is { Length: > 0 } uri ? uri : null, rewrite.Str("authority") is { Length: > 0 } authority ? authority : null, pattern, Groups(rewrite.Str("uriRegexRewrite", "rewrite") ?? ""));
    }

    public string Path(HttpCall call, RouteMatch? match)
    {
        if (Pattern is not null) return Pattern.Replace(call.PathOnly, Replacement!) + (call.Query.Length > 0 ? "?" + call.Query : "");
        return Uri is null ? call.Path : ReplacePrefix(call.Path, match, Uri);
    }

    /// <summary>What a prefix match took is replaced; an exact or regular match took the whole path, and no match its leading slash.</summary>
    public static string ReplacePrefix(string path, RouteMatch? match, string with)
    {
        var question = path.IndexOf('?', StringComparison.Ordinal);
        var (only, query) = question < 0 ? (path, "") : (path[..question], path[question..]);
        var taken = match?.Uri switch
        {
            { Kind: StringMatchKind.Prefix, Value: var prefix } => prefix.Length,
            { Kind: StringMatchKind.PathSegments, Value: var prefix } => prefix.Length <= 1 ? 0 : prefix.Length,
            { Kind: StringMatchKind.Exact or StringMatchKind.Regex } => only.Length,
            _ => 1,
        };
        var rest = only[Math.Min(taken, only.Length)..];
        // Elements of a path are joined by one slash.
        if (match?.Uri is { Kind: StringMatchKind.PathSegments }) (with, rest) = (with.TrimEnd('/'), rest.Length > 0 && rest[0] != '/' ? "/" + rest : rest);
        var result = with + rest;
        return (result.StartsWith('/') ? result : "/" + result) + query;
    }

    /// <summary>RE2 writes groups as <c>\1</c>, .NET as <c>${1}</c>.</summary>
    private static string Groups(string text)
    {
        var result = new System.Text.StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])) result.Append("${").Append(text[++i]).Append('}');
            else if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '\\') result.Append(text[++i]);
            else result.Append(text[i] == '$' ? "$$" : text[i].ToString());
        }
        return result.ToString();
    }
}
