using System.Net;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Portal.Web.Testing.Lti;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>
/// Launches that are not to be believed. Each says what was expected and found, and nobody is signed in.
/// </summary>
public sealed class LaunchRefusedTests : IClassFixture<LaunchTogether>, IDisposable
{
    private const string Lti = "https://purl.imsglobal.org/spec/lti/claim/";

    private readonly SimulatedPlatform _platform;
    private readonly LtiPortal _portal;
    private readonly PlatformVisitor _ada;

    public LaunchRefusedTests(LaunchTogether together)
    {
        (_platform, _portal) = (together.Platform, together.Portal);
        (_platform.Alter, _platform.SignOtherwise) = (null, null);
        _platform.Links["link-1"] = ("Traffic", "course/lesson");
        _ada = _portal.Visit();
    }

    public void Dispose() => _ada.Dispose();

    [Theory]
    [InlineData("iss", "https://evil.example", "It comes from 'https://evil.example'")]
    [InlineData("aud", "another-tool", "It is meant for 'another-tool'; expected was 'portal-client'")]
    [InlineData("azp", "another-tool", "It is meant for 'another-tool'")]
    [InlineData("nonce", "guessed", "not the answer to what the portal asked (nonce)")]
    [InlineData("nonce", null, "not the answer to what the portal asked (nonce)")]
    [InlineData("sub", null, "does not say who you are (sub)")]
    [InlineData("exp", null, "does not say when it was made and when it ends")]
    [InlineData("iat", null, "does not say when it was made and when it ends")]
    [InlineData("exp", -180L, "It ended at")]
    [InlineData("iat", 600L, "It was made at")]
    [InlineData("iat", -3600L, "It was made at")]
    [InlineData(Lti + "deployment_id", "deployment-2", "Its deployment is 'deployment-2'")]
    [InlineData(Lti + "deployment_id", null, "Its deployment is ''")]
    [InlineData(Lti + "version", "1.1", "Its version is '1.1'")]
    [InlineData(Lti + "message_type", "LtiSubmissionReviewRequest", "Its message is 'LtiSubmissionReviewRequest'")]
    [InlineData(Lti + "target_link_uri", "https://evil.example/learn/c/l", "is not an address of this portal")]
    [InlineData(Lti + "target_link_uri", "https://localhost.evil.example/", "is not an address of this portal")]
    [InlineData(Lti + "target_link_uri", "https://localhost@evil.example/", "is not an address of this portal")]
    [InlineData(Lti + "target_link_uri", "//evil.example", "is not an address of this portal")]
    [InlineData(Lti + "resource_link", null, "does not say which link it comes from")]
    [InlineData(Lti + "custom", null, "does not say which lesson it leads to")]
    public async Task Launch_ClaimThatIsWrong_IsRefused(string claim, object? value, string reason)
    {
        _platform.Alter = claims => claims[claim] = value is long seconds
            ? TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + seconds
            : value;

        await AssertRefusedAsync(await _ada.LaunchAsync("ada"), reason);
    }

    [Fact]
    public async Task Launch_LessonThatIsNotHere_IsRefused()
    {
        _platform.Links["link-1"] = ("Traffic", "course/../../sign-out");

        await AssertRefusedAsync(await _ada.LaunchAsync("ada"), "There is no lesson");
    }

    [Fact]
    public async Task Launch_TwoAudiencesWithoutAParty_IsRefused()
    {
        _platform.Alter = claims => claims["aud"] = new[] { SimulatedPlatform.ClientId, "another-tool" };

        await AssertRefusedAsync(await _ada.LaunchAsync("ada"), "expected was 'portal-client' alone");
    }

    [Fact]
    public async Task Launch_TwoAudiencesAndTheParty_IsTaken()
    {
        _platform.Alter = claims =>
        {
            claims["aud"] = new[] { SimulatedPlatform.ClientId, "another-tool" };
            claims["azp"] = SimulatedPlatform.ClientId;
        };

        Assert.Equal("/learn/course/lesson", (await _ada.LaunchAsync("ada")).Headers.Location?.ToString());
    }

    [Fact]
    public async Task Launch_NotSigned_IsRefused()
    {
        _platform.SignOtherwise = claims =>
            Encode("""{"alg":"none","typ":"JWT","kid":"key-1"}""") + "." + Encode(claims) + ".";

        await AssertRefusedAsync(await _ada.LaunchAsync("ada"), "It is signed by 'none'; expected was RS256");
    }

    [Fact]
    public async Task Launch_SignedWithASharedSecret_IsRefused()
    {
        // The public key taken for the secret: the oldest trick there is.
        using var client = new HttpClient();
        var secret = Encoding.UTF8.GetBytes(await client.GetStringAsync(_platform.Address + "/jwks"));
        _platform.SignOtherwise = claims =>
            new JsonWebTokenHandler().CreateToken(
                claims,
                new SigningCredentials(
                    new SymmetricSecurityKey(secret) { KeyId = "key-1" },
                    SecurityAlgorithms.HmacSha256
                )
            );

        await AssertRefusedAsync(await _ada.LaunchAsync("ada"), "It is signed by 'HS256'; expected was RS256");
    }

    [Fact]
    public async Task Launch_SignedWithAnothersKeyOfTheSameName_IsRefused()
    {
        await using var other = await SimulatedPlatform.StartAsync();
        _platform.SignOtherwise = other.Sign;

        await AssertRefusedAsync(await _ada.LaunchAsync("ada"), "Its signature is not one of Test School.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("a.b.c")]
    [InlineData("<html>")]
    public async Task Launch_NoToken_IsRefused(string token)
    {
        _platform.SignOtherwise = _ => token;

        await AssertRefusedAsync(await _ada.LaunchAsync("ada"), "no signed token");
    }

    [Fact]
    public async Task Launch_SentAgain_IsRefused()
    {
        var form = await _ada.AskAsync("ada");
        var cookie = _ada.Cookies;
        Assert.Equal(HttpStatusCode.Redirect, (await _ada.SendAsync(form)).StatusCode);

        // With the cookie that the browser has forgotten: somebody recorded all of it.
        using var thief = _portal.Visit();
        thief.Portal.DefaultRequestHeaders.Add("Cookie", cookie);

        await AssertRefusedAsync(await thief.SendAsync(form), "It was used before", thief);
    }

    [Fact]
    public async Task Launch_AnothersAnswer_AsksForTheCookie()
    {
        var form = await _ada.AskAsync("ada");
        using var mallory = _portal.Visit();

        var refused = await mallory.SendAsync(form);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var page = await refused.Content.ReadAsStringAsync();
        Assert.Contains("Your browser kept the portal&#x27;s cookie back", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/lti/login?iss=", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await mallory.Portal.GetAsync("/account")).StatusCode);
    }

    [Fact]
    public async Task Launch_StateThatThePortalDidNotMake_IsRefused()
    {
        var form = await _ada.AskAsync("ada");
        form["state"] = "CfDJ8" + form["state"][5..^2] + "AA";

        await AssertRefusedAsync(await _ada.SendAsync(form), "The portal did not ask for it");
        await AssertRefusedAsync(await _ada.SendAsync([]), "The portal did not ask for it");
    }

    [Fact]
    public async Task Launch_PlatformSaysNo_IsShownAsText()
    {
        var form = await _ada.AskAsync("ada");
        form.Remove("id_token");
        form["error"] = "login_required";
        form["error_description"] = "<script>alert(1)</script>";

        await AssertRefusedAsync(await _ada.SendAsync(form), "login_required &lt;script&gt;");
    }

    [Fact]
    public async Task Launch_FormWithoutEnd_IsRefused()
    {
        var form = await _ada.AskAsync("ada");
        form["id_token"] = new string('x', 100_000);

        await AssertRefusedAsync(await _ada.SendAsync(form), "too long");
    }

    private async Task AssertRefusedAsync(HttpResponseMessage answer, string reason, PlatformVisitor? visitor = null)
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("The portal did not take this launch", page, StringComparison.Ordinal);
        Assert.Contains(reason, WithoutEntities(page), StringComparison.Ordinal);
        // Nobody is in.
        Assert.Equal("/sign-in", (await (visitor ?? _ada).Portal.GetAsync("/account")).Headers.Location?.AbsolutePath);
    }

    private static string WithoutEntities(string page) => page.Replace("&#x27;", "'", StringComparison.Ordinal);

    private static string Encode(string json) => Base64UrlEncoder.Encode(json);
}
