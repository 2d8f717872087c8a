using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>A program of a workspace, shown beside the lesson by mouse.</summary>
public sealed class PortFrameTests(UiFactory portal, Browser browser)
    : IClassFixture<UiFactory>, IAsyncLifetime
{
    private WebApplication _program = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _program = builder.Build();
        _program.Run(http =>
        {
            http.Response.ContentType = "text/html";
            return http.Response.WriteAsync($"""
                <!DOCTYPE html><title>Shop</title><h1>The shop at {http.Request.Path}</h1>
                <button onclick="try {"{"} parent.document.title; this.textContent = 'reached' {"}"} catch (e) {"{"} this.textContent = 'apart' {"}"}">Reach</button>
                """);
        });
        await _program.StartAsync();
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Port_ShownInThePanel_IsApartFromThePageAndCanBeReloadedAndClosed(ColorScheme scheme)
    {
        await using var visitor = await browser.OpenAsync(portal.Start(), scheme: scheme);
        var session = await portal.JoinAsync(visitor, $"Framing {scheme}");
        Listen(session);
        session.Push(s => s with { Ports = [new(8080, null)] });
        var page = visitor.Page;

        await page.Locator(".panel")
            .GetByRole(AriaRole.Button, new() { Name = "Show :8080 in the panel" })
            .ClickAsync();

        var shop = page.FrameLocator("#tabpanel-App iframe");
        await Expect(shop.Locator("h1")).ToHaveTextAsync("The shop at /");
        await shop.Locator("button").ClickAsync();
        await Expect(shop.Locator("button")).ToHaveTextAsync("apart");
        await visitor.PictureAsync($"port-framed-{scheme}".ToLowerInvariant());

        await page.Locator("#tabpanel-App").GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Expect(shop.Locator("button")).ToHaveTextAsync("Reach");
        await page.Locator("#tabpanel-App").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Locator("#tab-App")).ToHaveCountAsync(0);
        Assert.Empty(visitor.ConsoleErrors);
        Assert.Empty(await visitor.UnnamedControlsAsync());
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Port_OfALearner_IsShownToTheInstructorBelowTheirName(ColorScheme scheme)
    {
        var url = portal.Start();
        await using var learner = await browser.OpenAsync(url);
        var session = await portal.JoinAsync(learner, $"Ada {scheme}");
        Listen(session);
        await using var instructor = await browser.OpenAsync(url, scheme: scheme);
        await instructor.GoToAsync(portal.WelcomePath);

        await instructor.GoToAsync($"/ports/{session.WorkspaceId}/8080?path=%2Fcart");

        await Expect(instructor.Page.Locator(".port-page .callout")).ToContainTextAsync($"workspace of Ada {scheme}");
        var shop = instructor.Page.FrameLocator(".port-page iframe");
        await Expect(shop.Locator("h1")).ToHaveTextAsync("The shop at /cart");
        await instructor.PictureAsync($"port-of-a-learner-{scheme}".ToLowerInvariant());
        await instructor.Page.GetByRole(AriaRole.Button, new() { Name = "Reload" }).ClickAsync();
        await Expect(shop.Locator("h1")).ToHaveTextAsync("The shop at /cart");
        Assert.Empty(instructor.ConsoleErrors);
    }

    private void Listen(FakeLessonSession session)
    {
        var address = new Uri(
            _program.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        session.Listening[8080] = new IPEndPoint(IPAddress.Loopback, address.Port);
    }
}
