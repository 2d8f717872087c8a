using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Content;
using Portal.Content.Model;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Lti;
using Portal.Web.Hosting;

namespace Portal.Web.Lti;

/// <summary>
/// An instructor, in the platform, chooses the lesson of a link. Works in a frame and without cookies.
/// </summary>
internal sealed class DeepLinks(
    IOptions<LtiOptions> options,
    LaunchStates states,
    LtiKey key,
    ICourseCatalog catalog,
    PublicAddress address,
    TimeProvider time
)
{
    public const string Path = "/lti/choose";
    private static readonly TimeSpan s_lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Shows the lessons.</summary>
    /// <exception cref="LaunchRefusedException">They may not choose, or the platform takes no links.</exception>
    public IResult Offer(LtiMessage message)
    {
        if (!message.Teaches)
            throw new LaunchRefusedException("Only an instructor of the course chooses its lessons.");
        var settings = message.DeepLinkSettings;
        if (LtiMessage.Text(settings, "deep_link_return_url") is not { } back || !LtiPlatform.IsAddress(back))
            throw new LaunchRefusedException("It does not say where to go back to (deep_link_return_url).");
        if (!Accepts(settings!.Value, "ltiResourceLink"))
            throw new LaunchRefusedException("The platform takes no links to lessons here (accept_types).");
        var choice = new Choice(
            message.Platform.Key,
            message.DeploymentId!,
            back,
            LtiMessage.Text(settings, "data"),
            states.NewEnd()
        );
        return LaunchHandler.Page<ChooseLesson>(
            new { Token = states.Protect(choice), Lessons = Lessons(), Platform = message.Platform.Name }
        );
    }

    /// <summary>Goes back with the lesson.</summary>
    /// <exception cref="LaunchRefusedException">Nobody was asked, or there is no such lesson.</exception>
    public IResult Choose(HttpContext context, string? token, string? lesson)
    {
        if (states.Read<Choice>(token) is not { } choice || states.IsOver(choice.Expires))
            throw new LaunchRefusedException(
                "You were not asked, or that was more than ten minutes or a restart ago. Choose the content in the "
                    + "platform again."
            );
        if (lesson?.Split('/') is not [var course, var id] || catalog.FindLesson(course, id) is not { } found)
            throw new LaunchRefusedException($"There is no lesson '{lesson}'. Go back, and choose another.");
        var platform = options.Value.Find(choice.PlatformKey)!;
        SecurityHeaders.LetPostTo(context.Response, choice.ReturnUrl);
        return LaunchHandler.Page<DeepLinkReturn>(
            new { Address = choice.ReturnUrl, Token = Sign(platform, choice, found), found.Title }
        );
    }

    private string Sign(LtiPlatform platform, Choice choice, Lesson lesson)
    {
        var now = time.GetUtcNow();
        var item = new
        {
            type = "ltiResourceLink",
            title = lesson.Title,
            text = lesson.Summary,
            url = address.Of(LessonAddress.Of(lesson)).ToString(),
            custom = new { lesson = $"{lesson.CourseId}/{lesson.Id}" },
            lineItem = new { scoreMaximum = Math.Max(1, lesson.Sections.Count(s => s.IsTask)), label = lesson.Title },
        };
        var claims = new Dictionary<string, object>
        {
            ["iss"] = platform.ClientId,
            ["aud"] = platform.Issuer,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + s_lifetime).ToUnixTimeSeconds(),
            ["nonce"] = LaunchStates.NewSecret(),
            [LtiMessage.Lti + "deployment_id"] = choice.DeploymentId,
            [LtiMessage.Lti + "message_type"] = "LtiDeepLinkingResponse",
            [LtiMessage.Lti + "version"] = LtiMessage.Version,
            [LtiMessage.DeepLink + "content_items"] = new[] { item },
        };
        if (choice.Data is { } data)
            claims[LtiMessage.DeepLink + "data"] = data;
        return key.Sign(claims);
    }

    private IReadOnlyList<Lesson> Lessons() =>
    [
        .. catalog.Courses.SelectMany(c => c.Lessons.Select(l => catalog.FindLesson(c.Id, l.Id))).OfType<Lesson>(),
    ];

    private static bool Accepts(JsonElement settings, string type) =>
        settings.TryGetProperty("accept_types", out var types)
        && types.ValueKind == JsonValueKind.Array
        && types.EnumerateArray().Any(t => t.ValueKind == JsonValueKind.String && t.ValueEquals(type));

    private sealed record Choice(
        string PlatformKey,
        string DeploymentId,
        string ReturnUrl,
        string? Data,
        DateTimeOffset Expires
    );
}
