using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Upstream;

/// <summary>The part of a request that decides which host it goes to.</summary>
internal sealed record ConsistentHash(string? Header, string? Parameter, bool SourceIp, string? Cookie, string CookiePath, TimeSpan? CookieAge, string CookieAttributes)
{
    public static ConsistentHash? Of(JsonObject? hash) => hash is null ? null : new(
        NotEmpty(hash.Str("httpHeaderName")), NotEmpty(hash.Str("httpQueryParameterName")), hash.Flag("useSourceIp") == true, NotEmpty(hash.Str("httpCookie", "name")),
        hash.Str("httpCookie", "path") ?? "", EnvoyDuration.Parse(hash.Str("httpCookie", "ttl")),
        string.Concat(hash.Objects("httpCookie", "attributes").Select(a => $"; {a.Str("name")}{(a.Str("value") is { Length: > 0 } value ? "=" + value : "")}")));

    /// <summary>The key, or null where the request has no such part (then any host will do).</summary>
    /// <param name="cookie">A cookie to set: the policy wants one with a lifetime and the request has none.</param>
    public string? KeyOf(HttpCall call, PodInstance client, out string? cookie)
    {
        cookie = null;
        if (Header is not null) return call.Headers[Header];
        if (Parameter is not null) return Find(call.Query, '&', Parameter);
        if (SourceIp) return call.Headers["x-forwarded-for"]?.Split(',')[^1].Trim() ?? client.Ip;
        if (Cookie is null) return null;
        if (Find(call.Headers["cookie"] ?? "", ';', Cookie) is { } value) return value;
        if (CookieAge is not { } ttl) return null;
        value = Guid.NewGuid().ToString("N")[..16];
        var age = ttl > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)ttl.TotalSeconds}") : "";
        cookie = $"{Cookie}=\"{value}\"{age}{(CookiePath.Length > 0 ? "; Path=" + CookiePath : "")}{CookieAttributes}; HttpOnly";
        return value;
    }

    private static string? Find(string text, char separator, string name)
    {
        foreach (var pair in text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var i = pair.IndexOf('=', StringComparison.Ordinal);
            if ((i < 0 ? pair : pair[..i]) == name) return i < 0 ? "" : pair[(i + 1)..].Trim('"');
        }
        return null;
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
