using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Portal.Classroom.Model;
using Portal.Web.Deliveries;

namespace Portal.Web.Lti.Scores;

/// <summary>What became of a score.</summary>
internal enum ScoreFate
{
    Taken,

    /// <summary>Not this one, or not now.</summary>
    Refused,

    /// <summary>The platform takes none at the moment, whosever it is.</summary>
    Away,
}

/// <param name="Problem">What happened, in words for an instructor; empty when it was taken.</param>
internal sealed record ScoreAnswer(ScoreFate Fate, string Problem, TimeSpan? RetryAfter = null)
{
    public static ScoreAnswer Taken { get; } = new(ScoreFate.Taken, "");
}

/// <summary>
/// Speaks to the grade book of one platform (Assignment and Grade Services), with a token that it asks for with the
/// portal's key. Used by one queue at a time.
/// </summary>
internal sealed class ScoreClient(LtiPlatform platform, LtiKey key, DeliveryClient deliveries, TimeProvider time)
{
    private const int BodyLimit = 64 * 1024;
    private const int TokenLimit = 16 * 1024;
    private static readonly TimeSpan s_assertion = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private string? _token;
    private DateTimeOffset _tokenEnds;

    public async Task<ScoreAnswer> SendAsync(
        PlatformScore score,
        DateTimeOffset stamp,
        CancellationToken cancellationToken
    )
    {
        for (var fresh = false; ; fresh = true)
        {
            if ((_token is null || _tokenEnds <= time.GetUtcNow()) && await AskTokenAsync(cancellationToken) is { } no)
                return no;
            var answer = await PostAsync(score, stamp, cancellationToken);
            // A token may end before its time; a new one that is refused, too, is another matter.
            if (answer.Status != 401 || fresh)
                return Judge(answer);
            _token = null;
        }
    }

    /// <returns>Null when there is one now.</returns>
    private async Task<ScoreAnswer?> AskTokenAsync(CancellationToken cancellationToken)
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
                new("scope", LtiMessage.ScoreScope),
            ]),
        };
        var answer = await deliveries.SendAsync(request, BodyLimit, cancellationToken);
        var problem = answer switch
        {
            { Status: 0 } => $"{platform.Name} does not answer when the portal asks for leave to write scores.",
            { Status: >= 300 and < 400 } =>
                $"{platform.Name} leads elsewhere when the portal asks for leave to write scores ({answer.Status}).",
            { IsTaken: false } =>
                $"{platform.Name} gives the portal no leave to write scores ({answer.Status}). Its settings for the "
                    + "portal must let it use the grade book, and name the portal's set of keys.",
            _ when !TakeToken(answer) =>
                $"{platform.Name} answers nonsense when the portal asks for leave to write scores.",
            _ => null,
        };
        return problem is null ? null : new ScoreAnswer(ScoreFate.Away, problem, answer.RetryAfter);
    }

    private bool TakeToken(DeliveryAnswer answer)
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
            (_token, _tokenEnds) = (token, time.GetUtcNow() + TimeSpan.FromSeconds(seconds * 0.9));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private async Task<DeliveryAnswer> PostAsync(
        PlatformScore score,
        DateTimeOffset stamp,
        CancellationToken cancellationToken
    )
    {
        var body = JsonSerializer.Serialize(
            new
            {
                userId = score.UserId,
                scoreGiven = score.Done,
                scoreMaximum = score.Total,
                activityProgress = score.Done == score.Total ? "Completed" : "InProgress",
                // As far as the learner is, it is final: platforms show no other score.
                gradingProgress = "FullyGraded",
                timestamp = stamp.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, ScoresOf(score.LineItem))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/vnd.ims.lis.v1.score+json"),
        };
        request.Content.Headers.ContentType!.CharSet = null;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        return await deliveries.SendAsync(request, limit: 0, cancellationToken);
    }

    /// <summary>Its query stays behind the path.</summary>
    private static Uri ScoresOf(string lineItem)
    {
        var address = new UriBuilder(lineItem);
        address.Path = address.Path.TrimEnd('/') + "/scores";
        return address.Uri;
    }

    private ScoreAnswer Judge(DeliveryAnswer answer) =>
        answer switch
        {
            { Status: 0 } => new(ScoreFate.Away, $"{platform.Name} does not answer."),
            { IsTaken: true, MediaType: "text/html" } =>
                new(ScoreFate.Refused, $"{platform.Name} answers with a web page instead of taking the score."),
            { IsTaken: true } => ScoreAnswer.Taken,
            { Status: 429 or 503 } =>
                new(ScoreFate.Away, $"{platform.Name} is busy ({answer.Status}).", answer.RetryAfter),
            { Status: >= 300 and < 400 } =>
                new(
                    ScoreFate.Refused,
                    $"{platform.Name} leads elsewhere instead of taking the score ({answer.Status})."
                ),
            { Status: 401 or 403 } =>
                new(ScoreFate.Refused, $"{platform.Name} does not let the portal write this score ({answer.Status})."),
            { Status: 404 or 410 } =>
                new(ScoreFate.Refused, $"{platform.Name} has no such column in its grade book ({answer.Status})."),
            _ => new(
                ScoreFate.Refused,
                $"{platform.Name} does not take the score ({answer.Status}).",
                answer.RetryAfter
            ),
        };
}
