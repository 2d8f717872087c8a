using System.Net;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed class EndpointAuthorizationTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/join")]
    [InlineData("/classes")]
    [InlineData("/operations")]
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
    [InlineData("/operations")]
    [InlineData("/join")]
    public async Task OwnersPage_OpenedByALearner_IsRefused(string path)
    {
        using var client = await factory.CreateLearnerAsync("Mallory", followRedirects: false);

        var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(
            "This page is not for you",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
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
        Assert.Equal("database: ok\ndisk: ok\nportal: ok\n", await client.GetStringAsync("/readyz"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/healthz")]
    [InlineData("/learn/kubernetes/20-service-mesh-istio")]
    public async Task Head_Page_IsAnsweredAsGetWithoutItsBody(string path)
    {
        using var client = await factory.CreateOwnerAsync();

        var response = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, path));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(response.Content.Headers.ContentType);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }
}
