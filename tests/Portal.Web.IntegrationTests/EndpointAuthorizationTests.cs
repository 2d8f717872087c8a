using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed class EndpointAuthorizationTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    private static readonly string[] s_pages = ["/", "/classes", "/join", "/sign-in", "/sign-out", "/learn/{CourseId}/{LessonId}", "/board/{ClassId}", "/error", "/not-found"];

    [Fact]
    public void Endpoints_All_AreAuthorizedOrDeliberatelyOpen()
    {
        var open = factory.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<IAuthorizeData>() is null)
            .Select(e => e.RoutePattern.RawText ?? "")
            .Where(r => r is not "/healthz" and not "/welcome" and not "{**path:file}" && !IsStaticAsset(r));

        Assert.Empty(open);
    }

    [Fact]
    public void Endpoints_AllPages_AreMapped()
    {
        var routes = factory.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(e => "/" + e.RoutePattern.RawText?.TrimStart('/')).ToHashSet();

        Assert.Empty(s_pages.Except(routes));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/join")]
    [InlineData("/classes")]
    [InlineData("/learn/course/lesson")]
    [InlineData("/sign-out")]
    public async Task Page_Owner_IsServed(string path)
    {
        using var client = await factory.CreateOwnerAsync();

        var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("<h1", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/join")]
    [InlineData("/classes")]
    [InlineData("/learn/course/lesson")]
    [InlineData("/nothing/here")]
    public async Task Page_NoCookie_LeadsToTheSignInPage(string path)
    {
        using var client = factory.CreateClient(new() { AllowAutoRedirect = false });

        var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/sign-in", response.Headers.Location?.AbsolutePath);
    }

    [Theory]
    [InlineData("GET", "/_blazor")]
    [InlineData("POST", "/_blazor/negotiate")]
    [InlineData("POST", "/account/join")]
    [InlineData("POST", "/account/act-as")]
    [InlineData("POST", "/account/sign-out")]
    public async Task Request_NoCookie_IsRefused(string method, string path)
    {
        using var client = factory.CreateClient(new() { AllowAutoRedirect = false });

        var response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Theory]
    [InlineData("/classes")]
    [InlineData("/board/any")]
    [InlineData("/join")]
    public async Task OwnersPage_OpenedByALearner_IsRefused(string path)
    {
        using var client = await factory.CreateLearnerAsync("Mallory", followRedirects: false);

        var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("This page is not for you", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownPage_Get_Is404InTheLook()
    {
        using var client = await factory.CreateOwnerAsync();

        var response = await client.GetAsync("/nothing/here");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("There is no such page", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_Get_IsHealthy()
    {
        using var client = factory.CreateClient();

        Assert.Equal("Healthy", await client.GetStringAsync("/healthz"));
    }

    private static bool IsStaticAsset(string route) =>
        route.StartsWith("css/", StringComparison.Ordinal) || route.StartsWith("js/", StringComparison.Ordinal) || route.StartsWith("lib/", StringComparison.Ordinal)
        || route.StartsWith("_content/", StringComparison.Ordinal) || route.StartsWith("Components/", StringComparison.Ordinal)
        || route.StartsWith("_framework/", StringComparison.Ordinal) || route.StartsWith("favicon", StringComparison.Ordinal) || route.EndsWith(".styles.css", StringComparison.Ordinal);
}
