using System.Net;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>How a launch begins, and where: in a window or in a frame of the platform's page.</summary>
public sealed class LaunchLoginTests : IClassFixture<LaunchTogether>, IDisposable
{
    private readonly SimulatedPlatform _platform;
    private readonly PlatformVisitor _ada;

    public LaunchLoginTests(LaunchTogether together)
    {
        _platform = together.Platform;
        _platform.Links["link-1"] = ("Traffic", "course/lesson");
        _ada = together.Portal.Visit();
    }

    public void Dispose() => _ada.Dispose();

    [Theory]
    [InlineData("iss", "https://evil.example", "The portal knows no platform 'https://evil.example'")]
    [InlineData("client_id", "another", "with the client 'another'")]
    [InlineData("lti_deployment_id", "another", "Its deployment is 'another'")]
    [InlineData("login_hint", "", "does not say for whom it is")]
    [InlineData("target_link_uri", "https://evil.example/", "is not an address of this portal")]
    [InlineData("target_link_uri", "", "is not an address of this portal")]
    public async Task Login_ThatIsWrong_LeadsNowhere(string name, string value, string reason)
    {
        foreach (var post in (bool[])[false, true])
        {
            var values = new Dictionary<string, string>
            {
                ["iss"] = _platform.Address,
                ["client_id"] = SimulatedPlatform.ClientId,
                ["lti_deployment_id"] = SimulatedPlatform.Deployment,
                ["login_hint"] = "ada",
                ["target_link_uri"] = LtiPortal.Url + "/lti/launch",
                [name] = value,
            };
            var answer = post
                ? await _ada.SendAsync(values, "/lti/login")
                : await _ada.Portal.GetAsync(
                    "/lti/login?" + await new FormUrlEncodedContent(values).ReadAsStringAsync()
                );

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var page = await answer.Content.ReadAsStringAsync();
            Assert.Contains(reason, page.Replace("&#x27;", "'", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task Login_ByForm_LeadsToThePlatform()
    {
        var answer = await _ada.SendAsync(
            new()
            {
                ["iss"] = _platform.Address,
                ["login_hint"] = "ada",
                ["target_link_uri"] = LtiPortal.Url + "/lti/launch",
            },
            "/lti/login"
        );

        Assert.Equal(_platform.Address + "/authorize", answer.Headers.Location?.GetLeftPart(UriPartial.Path));
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        foreach (var part in (string[])["secure", "httponly", "samesite=none", "path=/lti"])
            Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Login_InAFrame_OffersAWindowAndMayBeFramedByThePlatformOnly()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _platform.Login("ada", "link-1"));
        request.Headers.Add("Sec-Fetch-Dest", "iframe");

        var answer = await _ada.Portal.SendAsync(request);

        Assert.Contains(
            "The lesson opens in a window of its own",
            await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains($"frame-ancestors {_platform.Address};", policy + ";", StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("X-Frame-Options"));
        var page = await _ada.Portal.GetAsync("/sign-in");
        Assert.Contains(
            "frame-ancestors 'none'",
            page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );
        Assert.Equal("DENY", page.Headers.GetValues("X-Frame-Options").Single());
    }

    [Fact]
    public async Task Launch_InAFrame_OffersAWindowAndSignsNobodyIn()
    {
        var form = await _ada.AskAsync("ada");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/lti/launch")
        {
            Content = new FormUrlEncodedContent(form),
        };
        request.Headers.Add("Sec-Fetch-Dest", "iframe");

        var answer = await _ada.Portal.SendAsync(request);

        Assert.Contains(
            "The lesson opens in a window of its own",
            await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        Assert.Equal("/sign-in", (await _ada.Portal.GetAsync("/account")).Headers.Location?.AbsolutePath);
    }
}
