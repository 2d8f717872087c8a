using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Authorization;

/// <summary>The bearer tokens of one cluster. What a token says of itself is for the reader; who it belongs to is remembered here.</summary>
internal sealed class AccessTokens(TimeProvider time)
{
    /// <summary>Above this many, tokens that are over are forgotten when one is issued.</summary>
    private const int Many = 256;

    /// <summary>
    /// How many a cluster has at most; the next one takes the place of those that would be over first.
    /// </summary>
    private const int Most = 4096;

    private readonly ConcurrentDictionary<string, (UserInfo User, DateTimeOffset Expires)> _tokens = new(StringComparer.Ordinal);

    public UserInfo? Find(string token) => _tokens.TryGetValue(token, out var t) && t.Expires > time.GetUtcNow() ? t.User : null;

    /// <summary>A token without an end, for the cluster's administrator.</summary>
    public string Issue(UserInfo user)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _tokens[token] = (user, DateTimeOffset.MaxValue);
        return token;
    }

    /// <summary>A token in the form of a JSON web token, as service accounts get.</summary>
    /// <returns>The token, and those that are over and were forgotten.</returns>
    public (string Token, IReadOnlyList<string> Forgotten) Issue(UserInfo user, DateTimeOffset expires, IEnumerable<string> audiences)
    {
        var now = time.GetUtcNow();
        var forgotten = new List<string>();
        if (_tokens.Count > Many)
        {
            foreach (var (old, (_, end)) in _tokens)
            {
                if (end <= now && _tokens.TryRemove(old, out _)) forgotten.Add(old);
            }
            if (_tokens.Count >= Most)
            {
                foreach (
                    var (old, _) in _tokens
                        .Where(t => t.Value.Expires < DateTimeOffset.MaxValue)
                        .OrderBy(t => t.Value.Expires)
                        .Take(Many)
                        .ToList()
                )
                {
                    if (_tokens.TryRemove(old, out _)) forgotten.Add(old);
                }
            }
        }
        var (ns, name) = UserInfo.AsServiceAccount(user.Name) ?? ("", user.Name);
        var claims = new JsonObject
        {
            ["aud"] = new JsonArray([.. audiences.Select(a => (JsonNode)a)]),
            ["exp"] = expires.ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["iss"] = "https://kubernetes.default.svc.cluster.local",
            ["jti"] = Guid.NewGuid().ToString(),
            ["kubernetes.io"] = new JsonObject { ["namespace"] = ns, ["serviceaccount"] = new JsonObject { ["name"] = name, ["uid"] = user.Uid } },
            ["nbf"] = now.ToUnixTimeSeconds(),
            ["sub"] = user.Name,
        };
        var header = new JsonObject { ["alg"] = "RS256", ["kid"] = "sandbox" };
        var token = $"{Encode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Encode(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.{Encode(RandomNumberGenerator.GetBytes(256))}";
        _tokens[token] = (user, expires);
        return (token, forgotten);
    }

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
