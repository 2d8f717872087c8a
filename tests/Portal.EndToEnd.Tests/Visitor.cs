using System.Collections.Concurrent;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Portal.Testing;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>A browser window, and what went wrong in it.</summary>
public sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Visitor(IBrowserContext context, IPage page, string authority)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            if (message.Type == "error") ConsoleErrors.Enqueue(message.Text);
        };
        page.PageError += (_, error) => ConsoleErrors.Enqueue(error);
        page.Request += (_, request) =>
        {
            var uri = new Uri(request.Url);
            if (uri.Scheme is "http" or "https" or "ws" or "wss" && uri.Authority != authority) ForeignRequests.Enqueue(request.Url);
        };
    }

    public IPage Page { get; }
    public ConcurrentQueue<string> ConsoleErrors { get; } = new();
    public ConcurrentQueue<string> ForeignRequests { get; } = new();

    /// <summary>
    /// Opens a page and waits until its circuit answers, if it has one: a click before that would be lost.
    /// </summary>
    public async Task GoToAsync(string path)
    {
        await Page.GotoAsync(path);
        await Page.Locator(".shell:is([data-interactive='true'], [data-interactive='static'])").WaitForAsync();
    }

    /// <summary>
    /// Keeps a picture for people to look at. What is pictured has to be right for those who do not see it too: axe,
    /// with WCAG and its best practices, finds nothing.
    /// </summary>
    /// <param name="part">Selects what axe looks at, where other pictures have shown it the rest: the whole of a long
    /// lesson takes it a quarter of a minute.</param>
    public async Task PictureAsync(string name, string part = "html")
    {
        await PhotographAsync(name);
        // What a frame shows is a program of the learner's.
        var result = await Page.RunAxe(
            new AxeRunContext { Include = [new AxeSelector(part)] },
            new AxeRunOptions { Iframes = false, ResultTypes = [ResultType.Violations] }
        );
        var found = result.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id} ({v.Help}): {n.Target}, {n.Html}"));
        if (found.Any()) Assert.Fail(string.Join("\n", found));
    }

    /// <summary>Keeps a picture of what axe has seen in another, or of what is not the portal's.</summary>
    public async Task PhotographAsync(string name)
    {
        var directory = Directory.CreateDirectory(Repository.PathOf("artifacts", "screenshots")).FullName;
        // A theme that is just changing has colours of neither. Put to its end, not waited for: what is paused would
        // never get there, and what is without end, such as a spinner, has none.
        await Page.EvaluateAsync(
            """
            () => document.getAnimations()
              .filter(a => Number.isFinite(a.effect.getComputedTiming().endTime))
              .forEach(a => a.finish())
            """
        );
        await Page.ScreenshotAsync(new() { Path = Path.Combine(directory, name + ".png") });
    }

    /// <summary>Controls that a screen reader would announce without a name.</summary>
    public Task<string[]> UnnamedControlsAsync() => Page.EvaluateAsync<string[]>("""
        [...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, textarea, [role=tab], [role=separator]')]
          .filter(e => e.checkVisibility() && !e.matches('.prose input[disabled]')) // a task list's boxes are text
          .filter(e => !((e.getAttribute('aria-label') ?? '') + e.textContent + (e.title ?? '') + [...(e.labels ?? [])].map(l => l.textContent).join('')).trim())
          .map(e => e.outerHTML.slice(0, 120))
        """);

    /// <summary>Controls within controls: a screen reader tells of the outer one only.</summary>
    public Task<string[]> NestedControlsAsync() =>
        Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll(':is(button, a[href], [role=button], [role=link], [role=menuitem], [role=tab], [role=switch])')]
              .filter(e => e.querySelector('button, a[href], input, select, textarea, [role=button], [role=link], [tabindex]:not([tabindex="-1"])'))
              .map(e => e.outerHTML.slice(0, 120))
            """
        );

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}
