using System.Net;
using Microsoft.AspNetCore.Hosting;
using Portal.Classroom.Model;
using Portal.Web.Identity.Accounts;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>Signing in by OpenID Connect, against OpenIddict on a port of its own.</summary>
public sealed class ProviderSignInTests
{
    [Fact]
    public async Task SignIn_NewPerson_IsALearnerAndTheSameOneNextTime()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var portal = new ProviderPortal(provider.Authority, IdentityProvider.ClientSecret);
        provider.Person = ("42", "Ada Lovelace", "ada@school.example");
        using var first = portal.CreateClient(new() { AllowAutoRedirect = false });
        using var second = portal.CreateClient(new() { AllowAutoRedirect = false });

        Assert.Equal("/account", (await SignInAsync(first, "/account")).Headers.Location?.ToString());
        await SignInAsync(second, "/account");

        var page = await second.GetStringAsync("/account");
        Assert.Contains("Account: Ada Lovelace", page, StringComparison.Ordinal);
        Assert.Contains("signed in as ada@school.example", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await second.GetAsync("/classes")).StatusCode);
        using var administrator = await portal.SetUpAsync();
        Assert.Contains("2 people", await administrator.GetStringAsync("/people"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_UserNameOfSomebodyElse_IsAnotherAccount()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var portal = new ProviderPortal(provider.Authority, IdentityProvider.ClientSecret);
        using var grace = await portal.AddPersonAsync("Grace", "grace", PortalRole.Administrator);
        provider.Person = ("43", "\u202EecarG", "grace");
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });

        await SignInAsync(client, "/");

        Assert.Contains("Account: Guest", await client.GetStringAsync("/account"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/people")).StatusCode);
    }

    [Fact]
    public async Task SignIn_PersonDeclines_LetsNobodyIn()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var portal = new ProviderPortal(provider.Authority, IdentityProvider.ClientSecret);
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });

        await AssertNobodyAsync(client, await ReturnAsync(client, "/"));
    }

    [Fact]
    public async Task SignIn_WrongSecret_LetsNobodyIn()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var portal = new ProviderPortal(provider.Authority, "another secret");
        provider.Person = ("42", "Ada", "ada");
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });

        await AssertNobodyAsync(client, await ReturnAsync(client, "/"));
    }

    [Fact]
    public async Task SignIn_AnswerThatNobodyAskedFor_LetsNobodyIn()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var portal = new ProviderPortal(provider.Authority, IdentityProvider.ClientSecret);
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });

        await AssertNobodyAsync(client, await client.GetAsync("/signin-oidc?code=stolen&state=guessed"));
        await AssertNobodyAsync(client, await client.GetAsync("/account/provider/done"));
    }

    [Fact]
    public async Task SignIn_ProviderAway_SaysSoAndLetsNobodyIn()
    {
        await using var portal = new ProviderPortal("http://127.0.0.1:1", IdentityProvider.ClientSecret);
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });

        await AssertNobodyAsync(client, await client.GetAsync("/account/provider"));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("/\n/evil.example")]
    [InlineData("\\\\evil.example")]
    [InlineData("\t//evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("/\\evil.example")]
    public async Task SignIn_ForeignReturnUrl_StaysHere(string returnUrl)
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var portal = new ProviderPortal(provider.Authority, IdentityProvider.ClientSecret);
        provider.Person = ("42", "Ada", "ada");
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });

        Assert.Equal("/", (await SignInAsync(client, returnUrl)).Headers.Location?.ToString());
    }

    [Theory]
    [InlineData(
        "login.example.org",
        "portal",
        "Portal:OpenIdConnect:Authority is 'login.example.org', which is not an https address."
    )]
    [InlineData(
        "http://login.example.org",
        "portal",
        "Portal:OpenIdConnect:Authority is 'http://login.example.org', which is not an https address."
    )]
    [InlineData("https://login.example.org", null, "Portal:OpenIdConnect:ClientId is not set.")]
    public void Validate_WrongSetting_NamesTheKey(string authority, string? clientId, string message)
    {
        var result = new ProviderOptions.Validator().Validate(
            null,
            new ProviderOptions { Authority = authority, ClientId = clientId }
        );

        Assert.StartsWith(message, Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    private static async Task AssertNobodyAsync(HttpClient client, HttpResponseMessage response)
    {
        Assert.Equal("/sign-in?reason=provider", response.Headers.Location?.ToString());
        Assert.Contains(
            "Test School did not sign you in",
            await client.GetStringAsync("/sign-in?reason=provider"),
            StringComparison.Ordinal
        );
        Assert.Equal("/sign-in", (await client.GetAsync("/account")).Headers.Location?.AbsolutePath);
    }

    private static async Task<HttpResponseMessage> SignInAsync(HttpClient client, string returnUrl) =>
        await client.GetAsync((await ReturnAsync(client, returnUrl)).Headers.Location);

    /// <summary>To the provider and back, as a browser goes.</summary>
    private static async Task<HttpResponseMessage> ReturnAsync(HttpClient client, string returnUrl)
    {
        using var browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        var there = await client.GetAsync("/account/provider?returnUrl=" + Uri.EscapeDataString(returnUrl));
        var back = await browser.GetAsync(there.Headers.Location);
        return await client.GetAsync(back.Headers.Location!.PathAndQuery);
    }

    private sealed class ProviderPortal(string authority, string secret) : ClassFactory
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("Portal:OpenIdConnect:Authority", authority);
            builder.UseSetting("Portal:OpenIdConnect:ClientId", IdentityProvider.ClientId);
            builder.UseSetting("Portal:OpenIdConnect:ClientSecret", secret);
            builder.UseSetting("Portal:OpenIdConnect:DisplayName", "Test School");
        }
    }
}
