using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Portal.Web.Hosting;

namespace Portal.Web.Lti;

/// <summary>
/// Believes a launch only when the platform signed it, for this portal, now, and as an answer to a question.
/// </summary>
internal sealed class LaunchVerifier(PlatformKeys keys, PublicAddress address, TimeProvider time)
{
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(2);
    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };

    /// <exception cref="LaunchRefusedException">It is not to be believed.</exception>
    public async Task<LtiMessage> VerifyAsync(
        LtiPlatform platform,
        LaunchState state,
        string token,
        CancellationToken cancellationToken
    )
    {
        var message = new LtiMessage(platform, await ReadAsync(platform, token, cancellationToken));
        Require(message.Nonce == state.Nonce, "It is not the answer to what the portal asked (nonce).");
        Require(
            message.DeploymentId is { } deployment
                && platform.DeploymentIds.Contains(deployment)
                && (state.DeploymentId ?? deployment) == deployment,
            $"Its deployment is '{message.DeploymentId}', which is not among the DeploymentIds of {platform.Name}."
        );
        Require(message.Spoken == LtiMessage.Version, $"Its version is '{message.Spoken}'; expected was 1.3.0.");
        Require(
            message.Type is LtiMessage.ResourceLink or LtiMessage.DeepLinking,
            $"Its message is '{message.Type}'; the portal takes {LtiMessage.ResourceLink} and "
                + $"{LtiMessage.DeepLinking}."
        );
        Require(
            message.Subject is { Length: > 0 and <= Classroom.Model.PlatformScore.UserIdMaxLength },
            "It does not say who you are (sub). The platform's settings for the portal must let it know its people."
        );
        Require(
            message.Type == LtiMessage.DeepLinking || message.LinkId is { Length: > 0 },
            "It does not say which link it comes from (resource_link)."
        );
        Require(
            message.Type == LtiMessage.DeepLinking || IsOurs(message.Target),
            $"It leads to '{message.Target}', which is not an address of this portal ({address.Of("/")})."
        );
        return message;
    }

    /// <summary>Whether this is an address of the portal.</summary>
    public bool IsOurs(string? target) =>
        Uri.TryCreate(target, UriKind.Absolute, out var uri)
        && uri.UserInfo.Length == 0
        && address.Of("/").IsBaseOf(uri);

    private async Task<JsonElement> ReadAsync(
        LtiPlatform platform,
        string token,
        CancellationToken cancellationToken
    )
    {
        JsonWebToken unread;
        try
        {
            unread = _tokens.ReadJsonWebToken(token);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException or JsonException)
        {
            throw new LaunchRefusedException("What the platform sent is no signed token (id_token).", e);
        }
        // Before anything is fetched because of it.
        Require(
            unread.Alg == SecurityAlgorithms.RsaSha256,
            $"It is signed by '{unread.Alg}'; expected was {SecurityAlgorithms.RsaSha256}."
        );
        Require(unread.Kid is { Length: > 0 }, "It does not say with which key it is signed (kid).");
        var result = await _tokens.ValidateTokenAsync(
            unread,
            new TokenValidationParameters
            {
                ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
                ValidIssuer = platform.Issuer,
                ValidAudience = platform.ClientId,
                IssuerSigningKeys = await keys.FindAsync(platform, unread.Kid, cancellationToken),
                TryAllIssuerSigningKeys = false,
                // By the portal's clock, with words: see below.
                ValidateLifetime = false,
            }
        );
        if (!result.IsValid)
            throw new LaunchRefusedException(Describe(platform, unread, result.Exception), result.Exception);
        RequireNow(unread);
        var authorized = unread.TryGetPayloadValue<string>("azp", out var party) ? party : null;
        Require(
            authorized is null ? unread.Audiences.Count() == 1 : authorized == platform.ClientId,
            $"It is meant for '{authorized ?? string.Join(", ", unread.Audiences)}'; expected was "
                + $"'{platform.ClientId}' alone."
        );
        using var claims = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(unread.EncodedPayload));
        return claims.RootElement.Clone();
    }

    private void RequireNow(JsonWebToken token)
    {
        var now = time.GetUtcNow();
        Require(
            token.TryGetPayloadValue<long>(JwtRegisteredClaimNames.Exp, out _)
                && token.TryGetPayloadValue<long>(JwtRegisteredClaimNames.Iat, out _),
            "It does not say when it was made and when it ends (iat, exp)."
        );
        Require(
            token.ValidTo > now.UtcDateTime - s_skew,
            $"It ended at {token.ValidTo:u}. Open the link again; if it stays so, a clock is wrong: here it is {now:u}."
        );
        Require(
            token.IssuedAt < now.UtcDateTime + s_skew
                && token.IssuedAt > now.UtcDateTime - LaunchStates.Lifetime - s_skew,
            $"It was made at {token.IssuedAt:u}, and here it is {now:u}. Open the link again; if it stays so, a clock "
                + "is wrong."
        );
    }

    private static string Describe(LtiPlatform platform, JsonWebToken token, Exception exception) =>
        exception switch
        {
            SecurityTokenInvalidIssuerException =>
                $"It comes from '{token.Issuer}'; expected was '{platform.Issuer}' (Issuer).",
            SecurityTokenInvalidAudienceException =>
                $"It is meant for '{string.Join(", ", token.Audiences)}'; expected was '{platform.ClientId}' "
                    + "(ClientId).",
            _ => $"Its signature is not one of {platform.Name}.",
        };

    private static void Require(bool right, string otherwise)
    {
        if (!right)
            throw new LaunchRefusedException(otherwise);
    }
}
