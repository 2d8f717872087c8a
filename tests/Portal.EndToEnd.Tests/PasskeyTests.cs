using Microsoft.Playwright;
using Portal.Classroom.Model;
using Portal.Web.Testing;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>Passkeys with an authenticator that Chromium simulates.</summary>
public sealed class PasskeyTests(ClassUiFactory factory, Browser browser)
    : IClassFixture<ClassUiFactory>
{
    [Fact]
    public async Task Passkey_Added_SignsInUntilItIsRemoved()
    {
        // Browsers make passkeys for names only, not for addresses.
        var url = factory
            .Start()
            .Replace("127.0.0.1", "localhost", StringComparison.Ordinal)
            .Replace("[::1]", "localhost", StringComparison.Ordinal);
        await factory.CreatePersonAsync("Ada Lovelace", "ada", PortalRole.Learner);
        await using var visitor = await browser.OpenAsync(url, 1280, 900);
        var page = visitor.Page;
        await AddAuthenticatorAsync(page);
        await visitor.GoToAsync("/sign-in?returnUrl=/account");
        await page.GetByLabel("User name").FillAsync("ada");
        await page.GetByLabel("Password").FillAsync(ClassApplication.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();

        await page.GetByLabel("Name of this device").FillAsync("My laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a passkey" }).ClickAsync();
        await Expect(page.GetByText("My laptop")).ToBeVisibleAsync();
        await visitor.PictureAsync("account-passkey-1280-light");
        await SignOutAsync(visitor);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Your account");

        await page.GetByRole(AriaRole.Button, new() { Name = "Remove passkey My laptop" }).ClickAsync();
        await Expect(page.GetByText("My laptop")).ToHaveCountAsync(0);
        await SignOutAsync(visitor);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in with a passkey" }).ClickAsync();
        await Expect(page.Locator(".callout.error")).ToContainTextAsync("The passkey did not sign you in");
        await visitor.PictureAsync("sign-in-passkey-1280-light");
        Assert.Empty(visitor.ConsoleErrors);
    }

    private static async Task SignOutAsync(Visitor visitor)
    {
        await visitor.GoToAsync("/sign-out");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        await visitor.GoToAsync("/sign-in?returnUrl=/account");
    }

    private static async Task AddAuthenticatorAsync(IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync(
            "WebAuthn.addVirtualAuthenticator",
            new Dictionary<string, object>
            {
                ["options"] = new
                {
                    protocol = "ctap2",
                    transport = "internal",
                    hasResidentKey = true,
                    hasUserVerification = true,
                    isUserVerified = true,
                    automaticPresenceSimulation = true,
                },
            }
        );
    }
}
