using System.Globalization;
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

    /// <summary>Its column is not there.</summary>
    Gone,

    /// <summary>The platform takes none at the moment, whosever it is.</summary>
    Away,
}

/// <param name="Problem">What happened, in words for an instructor; empty when it was taken.</param>
internal sealed record ScoreAnswer(ScoreFate Fate, string Problem, TimeSpan? RetryAfter = null)
{
    public static ScoreAnswer Taken { get; } = new(ScoreFate.Taken, "");
}

/// <summary>Writes scores into the grade book of one platform (Assignment and Grade Services).</summary>
internal sealed class ScoreClient(ServiceClient services)
{
    public async Task<ScoreAnswer> SendAsync(
        PlatformScore score,
        DateTimeOffset stamp,
        CancellationToken cancellationToken
    )
    {
        var (answer, refused) = await services.SendAsync(
            ServiceScope.Scores,
            () => Request(score, stamp),
            limit: 0,
            cancellationToken
        );
        return refused ?? Judge(services.Platform, answer);
    }

    private static HttpRequestMessage Request(PlatformScore score, DateTimeOffset stamp)
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
        var request = new HttpRequestMessage(HttpMethod.Post, ScoresOf(score.LineItem))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/vnd.ims.lis.v1.score+json"),
        };
        request.Content.Headers.ContentType!.CharSet = null;
        return request;
    }

    /// <summary>Its query stays behind the path.</summary>
    private static Uri ScoresOf(string lineItem)
    {
        var address = new UriBuilder(lineItem);
        address.Path = address.Path.TrimEnd('/') + "/scores";
        return address.Uri;
    }

    private static ScoreAnswer Judge(LtiPlatform platform, DeliveryAnswer answer) =>
        answer switch
        {
            { IsTaken: true, MediaType: "text/html" } =>
                new(ScoreFate.Refused, $"{platform.Name} answers with a web page instead of taking the score."),
            { IsTaken: true } => ScoreAnswer.Taken,
            { Status: >= 300 and < 400 } =>
                new(
                    ScoreFate.Refused,
                    $"{platform.Name} leads elsewhere instead of taking the score ({answer.Status})."
                ),
            { Status: 401 or 403 } =>
                new(ScoreFate.Refused, $"{platform.Name} does not let the portal write this score ({answer.Status})."),
            { Status: 404 or 410 } =>
                new(ScoreFate.Gone, $"{platform.Name} has no such column in its grade book ({answer.Status})."),
            _ => new(
                ScoreFate.Refused,
                $"{platform.Name} does not take the score ({answer.Status}).",
                answer.RetryAfter
            ),
        };
}
