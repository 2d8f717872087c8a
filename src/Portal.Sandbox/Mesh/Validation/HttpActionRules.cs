using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

/// <summary>What a route does other than to forward: redirect, answer, rewrite. Of a redirect and of a rewrite one error is told.</summary>
internal static class HttpActionRules
{
    public static void Redirect(JsonObject? redirect, Findings f)
    {
        if (redirect is null) return;
        bool Is(string field) => !string.IsNullOrEmpty(redirect.Str(field));
        var port = redirect.Num("port") ?? 0;
        if (!Is("uri") && !Is("authority") && !Is("scheme") && redirect["port"] is null && redirect["derivePort"] is null) f.Error("redirect must specify URI, authority, scheme, or port");
        else if (redirect.Num("redirectCode") is not (null or 0 or (>= 300 and <= 399)) and var code) f.Error($"{code} is not a valid redirect code, must be 3xx");
        else if (redirect.Str("scheme") is not (null or "" or "http" or "https")) f.Error("invalid redirect scheme, must be \"http\" or \"https\"");
        else if (port > 0) f.Error(AddressRules.Port(port));
    }

    public static void DirectResponse(JsonObject? response, Findings f)
    {
        if (response is null) return;
        var size = response.Str("body", "string") is { } text ? Encoding.UTF8.GetByteCount(text) : (response.Str("body", "bytes")?.TrimEnd('=').Length ?? 0) * 3 / 4;
        if (size > 1024 * 1024) f.Error("large direct_responses may impact control plane performance, must be less than 1MB");
        else if (size > 100 * 1024) f.Warn("large direct_responses may impact control plane performance");
        f.Error(HttpFilterRules.Status(response.Num("status") ?? 0));
    }

    public static void Rewrite(JsonObject? rewrite, Findings f)
    {
        if (rewrite is null) return;
        var (uri, pattern) = (!string.IsNullOrEmpty(rewrite.Str("uri")), rewrite.Obj("uriRegexRewrite"));
        if (uri && pattern is not null) f.Error("rewrite may only contain one of URI or UriRegexRewrite");
        else if (!uri && pattern is null && string.IsNullOrEmpty(rewrite.Str("authority"))) f.Error("rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or UriRegexRewrite may be specified");
        else if (pattern is not null && PatternProblem(pattern) is { } problem) f.Error($"UriRegexRewrite has errors\n{problem}");
    }

    private static string? PatternProblem(JsonObject rewrite) =>
        string.IsNullOrEmpty(rewrite.Str("match")) || string.IsNullOrEmpty(rewrite.Str("rewrite"))
            ? "UriRegexRewrite requires both Rewrite and Match fields to be specified"
            : Re2Syntax.Problem(rewrite.Str("match")!, "HTTPRewrite.UriRegexRewrite.Match");
}
