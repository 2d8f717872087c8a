using Microsoft.Playwright;
using Portal.Testing;
using Xunit;

namespace Portal.EndToEnd.Tests;

/// <summary>A Chromium of the machine, shared by all tests.</summary>
public sealed class Browser : IAsyncLifetime
{
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        // As long as everything else waits: five seconds are not enough on a machine that others use too.
        Assertions.SetDefaultExpectTimeout((float)TestTimeouts.Default.TotalMilliseconds);
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program(),
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
        });
    }

    /// <summary>The same Chromium without its window, where it is there: less than half the processor's time.</summary>
    private static string Program() =>
        Environment.GetEnvironmentVariable("PORTAL_TEST_CHROMIUM")
        ?? ((string[])["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"]).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            "No Chromium: install the package chromium, or set PORTAL_TEST_CHROMIUM."
        );

    /// <summary>A visitor with a browser profile of their own.</summary>
    public async Task<Visitor> OpenAsync(
        string url,
        int width = 1440,
        int height = 900,
        ColorScheme scheme = ColorScheme.Light,
        bool touch = false,
        string? zone = null
    )
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = url,
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            HasTouch = touch,
            TimezoneId = zone,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout((float)TestTimeouts.Default.TotalMilliseconds);
        return new Visitor(context, await context.NewPageAsync(), new Uri(url).Authority);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
