using System.Text;
using System.Threading.Channels;
using Microsoft.Playwright;
using Portal.Testing;
using Portal.Testing.Lessons;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>The terminal's clipboard and links in a real browser, on a session that the test drives.</summary>
public sealed class TerminalTests(UiFactory factory, Browser browser) : IClassFixture<UiFactory>
{
    private string Url => field ??= factory.Start();

    [Fact]
    public async Task Keys_SelectionOrNot_CopyPasteAndInterrupt()
    {
        await using var visitor = await OpenAsync();
        var (page, session) = (visitor.Page, await TerminalAsync(visitor, "keys"));
        Print(session, "copied-word\r\n$ ");
        await Expect(page.Locator(".xterm-rows")).ToContainTextAsync("copied-word");

        var row = (await page.Locator(".xterm-rows > div").First.BoundingBoxAsync())!;
        await page.Mouse.DblClickAsync(row.X + 20, row.Y + row.Height / 2);
        await page.Keyboard.PressAsync("Control+C");
        Assert.Equal("copied-word", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await page.Keyboard.PressAsync("Control+C");
        Assert.Equal("\u0003", await ReadAsync(session.TerminalInput.Reader, 1));

        await page.Keyboard.PressAsync("Control+V");
        Assert.Equal("copied-word", await ReadAsync(session.TerminalInput.Reader, 11));
        await page.Keyboard.PressAsync("Control+Shift+V");
        Assert.Equal("copied-word", await ReadAsync(session.TerminalInput.Reader, 11));
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public async Task Paste_SeveralLines_AsksAndGoesInBracketsWithoutControls()
    {
        await using var visitor = await OpenAsync();
        var (page, session) = (visitor.Page, await TerminalAsync(visitor, "lines"));
        Print(session, "\u001b[?2004h$ ready");
        await Expect(page.Locator(".xterm-rows")).ToContainTextAsync("ready");
        await page.EvaluateAsync("navigator.clipboard.writeText('one\\u001b[201~\\ntwo')");

        await page.GetByRole(AriaRole.Button, new() { Name = "Paste" }).ClickAsync();
        var dialog = page.Locator(".mud-dialog");
        await Expect(dialog).ToContainTextAsync("Paste 2 lines?");
        await visitor.PictureAsync("terminal-paste-1440-light");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.False(session.TerminalInput.Reader.TryPeek(out _));

        await page.GetByRole(AriaRole.Button, new() { Name = "Paste" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Paste" }).ClickAsync();
        const string Expected = "\u001b[200~one[201~\rtwo\u001b[201~";
        Assert.Equal(Expected, await ReadAsync(session.TerminalInput.Reader, Expected.Length));
    }

    [Fact]
    public async Task Link_OwnPort_OpensThroughThePortalInANewTab()
    {
        await using var visitor = await OpenAsync();
        var (page, session) = (visitor.Page, await TerminalAsync(visitor, "links"));
        Print(session, "Forwarding from 127.0.0.1:8080 -> 80\r\n");
        await Expect(page.Locator(".xterm-rows")).ToContainTextAsync("Forwarding");

        var row = (await page.Locator(".xterm-rows > div").First.BoundingBoxAsync())!;
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        page.Context.Request += (_, request) =>
        {
            if (request.Url.Contains("/ports/", StringComparison.Ordinal)) asked.TrySetResult(request.Url);
        };
        await page.Mouse.MoveAsync(row.X + 160, row.Y + row.Height / 2, new() { Steps = 5 });
        await Expect(page.Locator(".xterm-cursor-pointer")).ToHaveCountAsync(1);
        await page.Mouse.ClickAsync(row.X + 160, row.Y + row.Height / 2);

        Assert.EndsWith(
            $"/ports/{session.WorkspaceId}/8080?path=%2F",
            await asked.Task.DefaultTimeout(),
            StringComparison.Ordinal
        );
    }

    private async Task<Visitor> OpenAsync()
    {
        var visitor = await browser.OpenAsync(Url);
        await visitor.Page.Context.GrantPermissionsAsync(
            ["clipboard-read", "clipboard-write"],
            new() { Origin = Url.TrimEnd('/') }
        );
        return visitor;
    }

    private async Task<FakeLessonSession> TerminalAsync(Visitor visitor, string learner)
    {
        var session = await factory.JoinAsync(visitor, learner, UiFactory.Lesson);
        await visitor.Page.Locator("#tab-Terminal").ClickAsync();
        await Expect(visitor.Page.Locator(".xterm-rows")).ToBeVisibleAsync();
        return session;
    }

    private static void Print(FakeLessonSession session, string text) =>
        session.TerminalOutput.Writer.TryWrite(Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReadAsync(ChannelReader<ReadOnlyMemory<byte>> reader, int length)
    {
        var text = "";
        while (text.Length < length)
            text += Encoding.UTF8.GetString((await reader.ReadAsync().AsTask().DefaultTimeout()).Span);
        return text;
    }
}
