using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace Portal.Web.IntegrationTests;

public sealed partial class StaticAssetTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    [Theory]
    [InlineData("/css/portal.css")]
    [InlineData("/css/prose.css")]
    [InlineData("/js/theme.js")]
    [InlineData("/js/page-times.js")]
    [InlineData("/lib/xterm/xterm.mjs")]
    [InlineData("/lib/xterm/LICENSE")]
    [InlineData("/favicon.svg")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css")]
    [InlineData("/Components/Lessons/LessonPage.razor.js")]
    public async Task Get_StaticFile_IsServedWithItsContent(string path)
    {
        using var client = factory.CreateClient();

        var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Page_AllItRefersTo_IsOnThisHostAndThere()
    {
        using var client = await factory.CreateOwnerAsync();
        var page = await client.GetStringAsync("/learn/course/lesson");

        var addresses = Address().Matches(page).Select(m => m.Groups[1].Value).Where(a => !a.StartsWith('#')).Distinct().ToList();

        Assert.NotEmpty(addresses);
        Assert.DoesNotContain(addresses, a => a.Contains("://", StringComparison.Ordinal));
        foreach (var address in addresses)
        {
            var response = await client.GetAsync(address);
            Assert.True(response.IsSuccessStatusCode, $"{address}: {response.StatusCode}");
        }
    }

    /// <summary>Over HTTPS the length of a page must not tell of the tokens in it.</summary>
    [Theory]
    [InlineData("http", "br")]
    [InlineData("https", "")]
    public async Task Page_OverHttpAlone_IsCompressed(string scheme, string encoding)
    {
        using var client = await factory.CreateOwnerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{scheme}://localhost/learn/course/lesson");
        request.Headers.AcceptEncoding.ParseAdd("br");

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(encoding, string.Join(',', response.Content.Headers.ContentEncoding));
    }

    [Fact]
    public async Task StyleSheet_IsCompressed()
    {
        using var client = factory.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_content/MudBlazor/MudBlazor.min.css");
        request.Headers.AcceptEncoding.ParseAdd("gzip, br");

        using var response = await client.SendAsync(request);

        Assert.NotEmpty(response.Content.Headers.ContentEncoding);
    }

    [GeneratedRegex("""<(?:link|script|a|img)[^>]+(?:href|src)="([^"]+)""")]
    private static partial Regex Address();
}
