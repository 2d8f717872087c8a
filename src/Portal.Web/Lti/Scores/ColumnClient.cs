using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Portal.Classroom.Model;
using Portal.Web.Deliveries;

namespace Portal.Web.Lti.Scores;

/// <summary>
/// Finds the column of a link in the grade book of one platform, and makes it when there is none. Whatever was made
/// before is found, so that asking again makes no second one.
/// </summary>
internal sealed class ColumnClient(ServiceClient services)
{
    private const string ListType = "application/vnd.ims.lis.v2.lineitemcontainer+json";
    private const string ItemType = "application/vnd.ims.lis.v2.lineitem+json";
    private const int BodyLimit = 256 * 1024;

    // A platform that lists all columns of a course instead of those that were asked for.
    private const int PageLimit = 20;

    private LtiPlatform Platform => services.Platform;

    /// <returns>The column's address, or else what became of the score.</returns>
    public async Task<(string? LineItem, ScoreAnswer? Problem)> FindAsync(
        PlatformScore score,
        CancellationToken cancellationToken
    )
    {
        var next = Query(score.LineItems!, score.LinkId!);
        for (var page = 0; page < PageLimit; page++)
        {
            var (answer, refused) = await services.SendAsync(
                ServiceScope.Columns,
                () => Get(next),
                BodyLimit,
                cancellationToken
            );
            if (refused is not null)
                return (null, refused);
            if (!answer.IsTaken)
                return (null, Judge(answer, "show its columns"));
            using var list = Read(answer);
            if (list is not { RootElement.ValueKind: JsonValueKind.Array })
                return (null, Nonsense());
            if (Find(list.RootElement, score) is { } found)
                return Use(found);
            if (answer.Next is not { } more || !Uri.TryCreate(next, more, out var following))
                return await MakeAsync(score, cancellationToken);
            if (!ScorePlace.IsUsable(Platform, following.AbsoluteUri))
                return (null, Refused(ScorePlace.NotOf(Platform, following.AbsoluteUri)));
            next = following;
        }
        return (null, Refused($"{Platform.Name} lists more columns than the portal reads. Have the link graded."));
    }

    private async Task<(string? LineItem, ScoreAnswer? Problem)> MakeAsync(
        PlatformScore score,
        CancellationToken cancellationToken
    )
    {
        var body = JsonSerializer.Serialize(
            new
            {
                scoreMaximum = score.Total,
                label = score.Title,
                resourceLinkId = score.LinkId,
                resourceId = ResourceOf(score),
            }
        );
        var (answer, refused) = await services.SendAsync(
            ServiceScope.Columns,
            () => Post(score.LineItems!, body),
            BodyLimit,
            cancellationToken
        );
        if (refused is not null)
            return (null, refused);
        if (!answer.IsTaken)
            return (null, Judge(answer, "make a column"));
        using var made = Read(answer);
        return made is not null && LtiMessage.Text(made.RootElement, "id") is { } id ? Use(id) : (null, Nonsense());
    }

    /// <summary>The portal's own first; then one that the platform made for the link.</summary>
    private static string? Find(JsonElement list, PlatformScore score)
    {
        var ofLink = list
            .EnumerateArray()
            .Where(i => LtiMessage.Text(i, "resourceLinkId") == score.LinkId)
            .Select(i => (Id: LtiMessage.Text(i, "id"), Resource: LtiMessage.Text(i, "resourceId")))
            .Where(i => i.Id is not null)
            .ToList();
        return ofLink.FirstOrDefault(i => i.Resource == ResourceOf(score)).Id
            ?? ofLink.FirstOrDefault(i => string.IsNullOrEmpty(i.Resource)).Id;
    }

    private (string? LineItem, ScoreAnswer? Problem) Use(string id) =>
        ScorePlace.IsUsable(Platform, id) ? (id, null) : (null, Refused(ScorePlace.NotOf(Platform, id)));

    private static JsonDocument? Read(DeliveryAnswer answer)
    {
        try
        {
            return JsonDocument.Parse(answer.Body ?? "");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private ScoreAnswer Judge(DeliveryAnswer answer, string what) =>
        answer switch
        {
            { Status: >= 300 and < 400 } =>
                Refused($"{Platform.Name} leads elsewhere when the portal asks it to {what} ({answer.Status})."),
            { Status: 401 or 403 } => Refused(
                $"{Platform.Name} does not {what} for the portal ({answer.Status}). Its settings for the portal must "
                    + "let it manage columns in the grade book; or have the link graded there."
            ),
            _ => new(
                ScoreFate.Refused,
                $"{Platform.Name} does not {what} ({answer.Status}).",
                answer.RetryAfter
            ),
        };

    private ScoreAnswer Nonsense() =>
        Refused($"{Platform.Name} answers nonsense when the portal asks for the column of this link.");

    private static ScoreAnswer Refused(string problem) => new(ScoreFate.Refused, problem);

    private static string ResourceOf(PlatformScore score) => $"{score.CourseId}/{score.LessonId}";

    private static Uri Query(string lineItems, string linkId)
    {
        var address = new UriBuilder(lineItems);
        var before = address.Query.TrimStart('?');
        address.Query = $"{before}{(before.Length == 0 ? "" : "&")}resource_link_id={Uri.EscapeDataString(linkId)}";
        return address.Uri;
    }

    private static HttpRequestMessage Get(Uri address) =>
        new(HttpMethod.Get, address) { Headers = { Accept = { new MediaTypeWithQualityHeaderValue(ListType) } } };

    private static HttpRequestMessage Post(string lineItems, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, lineItems)
        {
            Content = new StringContent(body, Encoding.UTF8, ItemType),
        };
        request.Content.Headers.ContentType!.CharSet = null;
        return request;
    }
}
