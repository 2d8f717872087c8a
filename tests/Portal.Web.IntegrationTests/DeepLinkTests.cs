using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>An instructor chooses in the platform which lesson a link leads to.</summary>
public sealed partial class DeepLinkTests : IAsyncLifetime
{
    private const string Settings = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings";

    private SimulatedPlatform _platform = null!;
    private LtiPortal _portal = null!;
    private PlatformVisitor _grace = null!;

    public async ValueTask InitializeAsync()
    {
        _platform = await SimulatedPlatform.StartAsync();
        _platform.People["ada"] = new("sub-ada", "Ada Lovelace", "#Learner");
        _platform.People["grace"] = new("sub-grace", "Grace Hopper", "#Instructor");
        _portal = new LtiPortal(_platform);
        _grace = _portal.Visit();
    }

    public async ValueTask DisposeAsync()
    {
        _grace.Dispose();
        await _portal.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Choose_Lesson_IsALinkThatLeadsThere()
    {
        using var offered = await _grace.LaunchAsync("grace", deep: true);
        Assert.Contains("Traffic with a mesh", await offered.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // In a frame the browser may bring no cookie.
        using var framed = _portal.Visit();
        using var chosen = await framed.SendAsync(await ChoiceAsync(offered, "course/lesson"), "/lti/choose");
        var page = await chosen.Content.ReadAsStringAsync();
        Assert.Contains($"action=\"{_platform.Address}/deep-link\"", page, StringComparison.Ordinal);
        var policy = chosen.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains($"form-action 'self' {_platform.Address};", policy, StringComparison.Ordinal);
        Assert.Contains($"frame-ancestors {_platform.Address};", policy + ";", StringComparison.Ordinal);

        using var outside = new HttpClient();
        using var form = new FormUrlEncodedContent([new("JWT", Token().Match(page).Groups[1].Value)]);
        using var taken = await outside.PostAsync(_platform.Address + "/deep-link", form);

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        var answer = _platform.Chosen!.Value;
        Assert.Equal("LtiDeepLinkingResponse", Text(answer, "https://purl.imsglobal.org/spec/lti/claim/message_type"));
        Assert.Equal("deployment-1", Text(answer, "https://purl.imsglobal.org/spec/lti/claim/deployment_id"));
        Assert.Equal("csrf-of-the-platform", Text(answer, "https://purl.imsglobal.org/spec/lti-dl/claim/data"));
        var item = Assert.Single(
            answer.GetProperty("https://purl.imsglobal.org/spec/lti-dl/claim/content_items").EnumerateArray().ToList()
        );
        Assert.Equal(("ltiResourceLink", "Traffic with a mesh"), (Text(item, "type"), Text(item, "title")));
        Assert.Equal(LtiPortal.Url + "/learn/course/lesson", Text(item, "url"));
        Assert.Equal(2, item.GetProperty("lineItem").GetProperty("scoreMaximum").GetInt32());
        using var ada = _portal.Visit();
        using var launched = await ada.LaunchAsync("ada", "link-1");
        Assert.Equal("/learn/course/lesson", launched.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Launch_LinkWithTheLessonInItsAddressOnly_LeadsThere()
    {
        _platform.Links["link-1"] = ("Traffic", null);
        _platform.Alter = claims =>
            claims["https://purl.imsglobal.org/spec/lti/claim/target_link_uri"] =
                LtiPortal.Url + "/learn/course/lesson";

        using var launched = await _grace.LaunchAsync("grace");

        Assert.Equal("/learn/course/lesson", launched.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Offer_Learner_IsRefused()
    {
        using var ada = _portal.Visit();

        await AssertRefusedAsync(await ada.LaunchAsync("ada", deep: true), "Only an instructor of the course chooses");
    }

    [Theory]
    [InlineData("""{"deep_link_return_url":"javascript:alert(1)","accept_types":["ltiResourceLink"]}""", "to go back")]
    [InlineData("""{"deep_link_return_url":"http://lms.example/","accept_types":["ltiResourceLink"]}""", "to go back")]
    [InlineData("""{"accept_types":["ltiResourceLink"]}""", "where to go back")]
    [InlineData("""{"deep_link_return_url":"https://lms.example/","accept_types":["file"]}""", "takes no links")]
    [InlineData("""{"deep_link_return_url":"https://lms.example/"}""", "takes no links")]
    [InlineData("[]", "where to go back")]
    public async Task Offer_SettingsThatAreWrong_IsRefused(string settings, string reason)
    {
        _platform.Alter = claims => claims[Settings] = JsonSerializer.Deserialize<JsonElement>(settings);

        await AssertRefusedAsync(await _grace.LaunchAsync("grace", deep: true), reason);
    }

    [Fact]
    public async Task Choose_NobodyAskedOrNoSuchLesson_IsRefused()
    {
        using var offered = await _grace.LaunchAsync("grace", deep: true);
        var choice = await ChoiceAsync(offered, "course/other");

        await AssertRefusedAsync(await _grace.SendAsync(choice, "/lti/choose"), "There is no lesson");
        await AssertRefusedAsync(await _grace.SendAsync([], "/lti/choose"), "You were not asked");
        // What the portal made for another purpose is no choice.
        var state = (await _grace.AskAsync("grace", deep: true))["state"];
        choice["choice"] = state;
        choice["lesson"] = "course/lesson";
        await AssertRefusedAsync(await _grace.SendAsync(choice, "/lti/choose"), "You were not asked");
    }

    [Fact]
    public async Task Platforms_Administrator_SeesWhatToEnter()
    {
        using var administrator = _portal.CreateClient(new() { BaseAddress = new Uri(LtiPortal.Url) });
        await Portal.Web.Testing.Forms.SubmitAsync(
            administrator,
            (await _portal.FindSetUpPathAsync())!,
            "set-up",
            ("Input.Name", "Root"),
            ("Input.UserName", "root"),
            ("Input.Password", Portal.Web.Testing.ClassApplication.Password)
        );

        var page = await administrator.GetStringAsync("/platforms");

        foreach (var path in (string[])["/lti/launch", "/lti/login", "/lti/jwks", "/lti/choose"])
            Assert.Contains($"value=\"{LtiPortal.Url}{path}\"", page, StringComparison.Ordinal);
        Assert.Contains("Test School", page, StringComparison.Ordinal);
        Assert.Contains(_platform.Address, page, StringComparison.Ordinal);
    }

    private static async Task<Dictionary<string, string>> ChoiceAsync(HttpResponseMessage offered, string lesson) =>
        new()
        {
            ["choice"] = Offered().Match(await offered.Content.ReadAsStringAsync()).Groups[1].Value,
            ["lesson"] = lesson,
        };

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, string reason)
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();

    [GeneratedRegex("""name="choice" value="([^"]+)""")]
    private static partial Regex Offered();

    [GeneratedRegex("""name="JWT" value="([^"]+)""")]
    private static partial Regex Token();
}
