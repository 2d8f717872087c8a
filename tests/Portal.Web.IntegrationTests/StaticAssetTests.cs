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

    [GeneratedRegex("""<(?:link|script|a|img)[^>]+(?:href|src)="([^"]+)""")]
    private static partial Regex Address();
}
