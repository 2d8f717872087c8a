using System.Net.Http.Headers;
using System.Text.Json;
using Portal.Web.Deliveries;

namespace Portal.Web.Lti.Scores;

/// <summary>What the portal asks leave for, with the words for who refuses it.</summary>
internal sealed record ServiceScope(string Name, string Purpose)
{
    public static readonly ServiceScope Scores = new(LtiMessage.ScoreScope, "write scores");
    public static readonly ServiceScope Columns = new(LtiMessage.LineItemScope, "make columns in the grade book");
}

/// <summary>
/// Asks the services of one platform, with tokens that it asks for with the portal's key. Used by one queue at a time.
/// </summary>
internal sealed class ServiceClient(LtiPlatform platform, LtiKey key, DeliveryClient deliveries, TimeProvider time)
{
    private const int BodyLimit = 64 * 1024;
    private const int TokenLimit = 16 * 1024;
    private static readonly TimeSpan s_assertion = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly Dictionary<ServiceScope, (string Token, DateTimeOffset Ends)> _tokens = [];

    public LtiPlatform Platform => platform;

    /// <param name="make">Makes the request, without a token; may be called twice.</param>
    /// <param name="limit">As of <see cref="DeliveryClient.SendAsync"/>.</param>
    /// <returns>
    /// What the platform answers; and when it is away or gives no leave to ask, what becomes of the score instead.
    /// </returns>
    public async Task<(DeliveryAnswer Answer, ScoreAnswer? Refused)> SendAsync(
        ServiceScope scope,
        Func<HttpRequestMessage> make,
        int limit,
        CancellationToken cancellationToken
    )
    {
        for (var fresh = false; ; fresh = true)
        {
            if (
                (!_tokens.TryGetValue(scope, out var token) || token.Ends <= time.GetUtcNow())
                && await AskTokenAsync(scope, cancellationToken) is { } no
            )
                return (DeliveryAnswer.None, no);
            using var request = make();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens[scope].Token);
            var answer = await deliveries.SendAsync(request, limit, cancellationToken);
            // A token may end before its time; a new one that is refused, too, is another matter.
            if (answer.Status != 401 || fresh)
                return (answer, Away(answer));
            _tokens.Remove(scope);
        }
    }

    /// <returns>Null when there is one now.</returns>
    private async Task<ScoreAnswer?> AskTokenAsync(ServiceScope scope, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var assertion = key.Sign(
            new
            {
                iss = platform.ClientId,
                sub = platform.ClientId,
                aud = platform.TokenAudience ?? platform.TokenEndpoint,
                iat = now.ToUnixTimeSeconds(),
                exp = (now + s_assertion).ToUnixTimeSeconds(),
                jti = LaunchStates.NewSecret(),
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, platform.TokenEndpoint)
        {
            Content = new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                new("client_assertion", assertion),
                new("scope", scope.Name),
            ]),
        };
        var answer = await deliveries.SendAsync(request, BodyLimit, cancellationToken);
        var problem = answer switch
        {
            { Status: 0 } => $"{platform.Name} does not answer when the portal asks for leave to {scope.Purpose}.",
            { Status: >= 300 and < 400 } =>
                $"{platform.Name} leads elsewhere when the portal asks for leave to {scope.Purpose} ({answer.Status}).",
            { IsTaken: false } =>
                $"{platform.Name} gives the portal no leave to {scope.Purpose} ({answer.Status}). Its settings for the "
                    + "portal must let it use the grade book, and name the portal's set of keys.",
            _ when !TakeToken(scope, answer) =>
                $"{platform.Name} answers nonsense when the portal asks for leave to {scope.Purpose}.",
            _ => null,
        };
        if (problem is null)
            return null;
        // Without leave to make columns it may still take the scores that have one.
        var fate = scope == ServiceScope.Columns && answer.Status is >= 400 and < 500 and not 429
            ? ScoreFate.Refused
            : ScoreFate.Away;
        return new ScoreAnswer(fate, problem, answer.RetryAfter);
    }

    private ScoreAnswer? Away(DeliveryAnswer answer) =>
        answer.Status switch
        {
            0 => new(ScoreFate.Away, $"{platform.Name} does not answer."),
            429 or 503 => new(ScoreFate.Away, $"{platform.Name} is busy ({answer.Status}).", answer.RetryAfter),
            _ => null,
        };

    private bool TakeToken(ServiceScope scope, DeliveryAnswer answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer.Body ?? "");
            if (
                LtiMessage.Text(json.RootElement, "access_token") is not { Length: > 0 and <= TokenLimit } token
                || !token.All(c => c is > ' ' and < '\x7f')
            )
                return false;
            var seconds =
                json.RootElement.TryGetProperty("expires_in", out var ends)
                && ends.ValueKind == JsonValueKind.Number
                && ends.TryGetDouble(out var number)
                    ? Math.Clamp(number, 0, s_longest.TotalSeconds)
                    : 0;
            // A little early, so that it does not end on the way.
            _tokens[scope] = (token, time.GetUtcNow() + TimeSpan.FromSeconds(seconds * 0.9));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
