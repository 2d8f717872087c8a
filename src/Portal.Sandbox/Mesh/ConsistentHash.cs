using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh;

/// <summary>The part of a request that a consistent hash looks at.</summary>
internal static class ConsistentHash
{
    /// <summary>The key, or null where the policy has no hash or the request no such part (then any host will do).</summary>
    /// <param name="cookie">A cookie to set: the policy wants one with a lifetime and the request has none.</param>
    public static string? KeyOf(JsonObject? loadBalancer, HttpCall call, PodInstance client, out string? cookie)
    {
        cookie = null;
        if (loadBalancer.Obj("consistentHash") is not { } hash) return null;
        if (hash.Str("httpHeaderName") is { Length: > 0 } header) return call.Headers[header];
        if (hash.Str("httpQueryParameterName") is { Length: > 0 } parameter) return Parameter(call.Query, '&', parameter);
        if (hash.Flag("useSourceIp") == true) return call.Headers["x-forwarded-for"] ?? client.Ip;
        if (hash.Str("httpCookie", "name") is not { Length: > 0 } name) return null;
        if (Parameter(call.Headers["cookie"] ?? "", ';', name) is { } value) return value;
        if (EnvoyDuration.Parse(hash.Str("httpCookie", "ttl")) is not { } ttl) return null;
        value = Guid.NewGuid().ToString("N")[..16];
        var age = ttl > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"; Max-Age={(long)ttl.TotalSeconds}") : "";
        cookie = $"{name}=\"{value}\"{age}; Path={hash.Str("httpCookie", "path") ?? "/"}; HttpOnly";
        return value;
    }

    private static string? Parameter(string text, char separator, string name)
    {
        foreach (var pair in text.Split(separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var i = pair.IndexOf('=', StringComparison.Ordinal);
            if ((i < 0 ? pair : pair[..i]) == name) return i < 0 ? "" : pair[(i + 1)..].Trim('"');
        }
        return null;
    }
}
