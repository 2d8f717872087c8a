using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests;

/// <summary>What a learner sees of the mesh: Bookinfo and the pages of the add-ons, after traffic that really went through it.</summary>
public sealed class ObservabilityPagesTests(BookinfoMesh mesh, Browser browser) : IClassFixture<BookinfoMesh>
{
    private static readonly (int Width, ColorScheme Scheme)[] s_screens = [(1440, ColorScheme.Light), (390, ColorScheme.Dark)];

    [Theory]
    [InlineData("v1", 0, "")]
    [InlineData("v2", 9, "black")]
    [InlineData("v3", 9, "red")]
    public async Task Bookinfo_VersionOfReviews_ShowsItsStars(string version, int stars, string colour)
    {
        await mesh.KubectlAsync($$"""
            kubectl apply -f - <<Y
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: reviews, namespace: bookinfo}
            spec:
              hosts: [reviews]
              http:
              - route:
                - destination:
                    host: reviews
                    subset: {{version}}
            Y
            """);
        await OnAllScreensAsync("istio-ingressgateway", "bookinfo-" + version, "/productpage", async page =>
        {
            // The push to the proxies takes its moment.
            for (var i = 0; i < 50 && !await page.GetByText("reviews-" + version).IsVisibleAsync(); i++) await page.ReloadAsync();
            await Expect(page.Locator("body")).ToContainTextAsync($"Reviews served by: reviews-{version}");
            await Expect(page.Locator("svg")).ToHaveCountAsync(stars);
            if (stars > 0) await Expect(page.GetByRole(AriaRole.Img, new() { Name = $"5 of 5 stars, {colour}" })).ToBeVisibleAsync();
        });
        await mesh.KubectlAsync("kubectl delete virtualservice reviews -n bookinfo");
    }

    [Fact]
    public async Task Bookinfo_SignInAndOut_RemembersTheUser()
    {
        await using var visitor = await browser.OpenAsync(mesh["istio-ingressgateway"]);
        await visitor.Page.GotoAsync("/productpage");

        await visitor.Page.GetByLabel("User name").FillAsync("jason");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(visitor.Page.Locator("header")).ToContainTextAsync("jason");
        await visitor.PhotographAsync("bookinfo-jason-1440-light");
        await visitor.Page.GetByText("sign out").ClickAsync();

        await Expect(visitor.Page.GetByLabel("User name")).ToBeVisibleAsync();
        Assert.Empty(visitor.ConsoleErrors);
    }

    [Fact]
    public Task KialiGraph_AfterTraffic_ShowsRatesAndLocks() => OnAllScreensAsync("kiali", "kiali-graph", "/kiali/console/graph?namespaces=bookinfo", async page =>
    {
        foreach (var node in (string[])["istio-system/istio-ingressgateway", "bookinfo/productpage-v1", "bookinfo/reviews-v1", "bookinfo/reviews-v3", "bookinfo/ratings-v1"]) await Expect(page.Locator($".node[data-id='{node}']")).ToBeVisibleAsync();
        await Expect(page.Locator(".tag .padlock")).ToHaveCountAsync(await page.Locator(".tag").CountAsync());
        Assert.All(await page.Locator(".tag text").AllTextContentsAsync(), t => Assert.True(First(t) > 0, t));
        await page.Locator(".node[data-id='bookinfo/reviews-v2']").ClickAsync();
        await Expect(page.GetByLabel("Chosen")).ToContainTextAsync("reviews v2");
        await Expect(page.GetByLabel("Calls")).ToContainTextAsync("200 100.0 %");
    });

    [Theory]
    [InlineData("kiali-workloads", "/kiali/console/workloads?namespaces=bookinfo", "productpage-v1", "1 of 1", "in the mesh", "0.0 % errors")]
    [InlineData("kiali-services", "/kiali/console/services?namespaces=bookinfo", "reviews", "http 9080", "DestinationRule reviews")]
    [InlineData("kiali-config", "/kiali/console/istio?namespaces=bookinfo", "bookinfo-gateway", "DestinationRule", "valid")]
    public Task KialiList_OfBookinfo_ShowsWhatIsThere(string name, string path, params string[] texts) => OnAllScreensAsync("kiali", name, path, async page =>
    {
        foreach (var text in texts) await Expect(page.Locator("main table")).ToContainTextAsync(text);
    });

    [Fact]
    public Task Jaeger_AfterTraffic_ShowsATraceWithItsSpans() => OnAllScreensAsync("tracing", "jaeger", "/jaeger/search?service=reviews.bookinfo", async page =>
    {
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync(new Regex(@"^[1-9]\d* traces?$"));
        await page.Locator(".trace").First.ClickAsync();
        await Expect(page.Locator(".span").First).ToContainTextAsync("istio-ingressgateway.istio-system");
        Assert.InRange(await page.Locator(".span").CountAsync(), 6, 10);
        await page.Locator(".span").Nth(1).ClickAsync();
        await Expect(page.Locator(".tags:not([hidden])")).ToContainTextAsync("http.status_code");
    });

    [Theory]
    [InlineData("grafana-mesh", "/d/G8wLrJIZk/istio-mesh-dashboard", "Global request volume", "reviews-v1.bookinfo")]
    [InlineData("grafana-service", "/d/LJ_uJAvmk/istio-service-dashboard?var-service=reviews.bookinfo.svc.cluster.local", "Client request volume", "mutual_tls")]
    [InlineData("grafana-workload", "/d/UbsSZTDik/istio-workload-dashboard?var-namespace=bookinfo&var-workload=productpage-v1", "Incoming request volume", "istio-ingressgateway : 200")]
    public Task Grafana_AfterTraffic_ShowsVolumeAndNames(string name, string path, string volume, string text) => OnAllScreensAsync("grafana", name, path, async page =>
    {
        var stat = page.GetByLabel(volume).Locator(".stat");
        await Expect(stat).ToContainTextAsync("/s");
        Assert.True(First(await stat.InnerTextAsync()) > 0);
        await Expect(page.Locator("main")).ToContainTextAsync(text);
        await Expect(page.Locator(".panel svg").First).ToBeVisibleAsync();
    });

    [Theory]
    [InlineData("prometheus-table", "/query?q=sum+by+(destination_workload)+(istio_requests_total)&tab=table", "destination_workload=\"reviews-v2\"")]
    [InlineData("prometheus-graph", "/query?q=sum+by+(destination_workload)+(rate(istio_requests_total[1m]))&tab=graph", "reviews-v2")]
    [InlineData("prometheus-targets", "/targets", "up")]
    public Task Prometheus_AfterTraffic_ShowsSeries(string name, string path, string text) => OnAllScreensAsync("prometheus", name, path, page => Expect(page.Locator("main")).ToContainTextAsync(text));

    private async Task OnAllScreensAsync(string service, string name, string path, Func<IPage, Task> look)
    {
        await mesh.VisitAsync(20);
        foreach (var (width, scheme) in s_screens)
        {
            await using var visitor = await browser.OpenAsync(mesh[service], width, width > 1000 ? 900 : 844, scheme);
            await visitor.Page.GotoAsync(path);
            await look(visitor.Page);
            await visitor.PhotographAsync($"{name}-{width}-{scheme.ToString().ToLowerInvariant()}");

            Assert.Empty(visitor.ConsoleErrors);
            Assert.Empty(visitor.ForeignRequests);
            Assert.Empty(await visitor.UnnamedControlsAsync());
            Assert.False(await visitor.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), $"{name} scrolls sideways at {width} px");
        }
    }

    private static double First(string text) => double.Parse(Regex.Match(text, @"[\d.]+").Value, CultureInfo.InvariantCulture);
}
