using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Labs.Sessions;
using Portal.Testing.Lessons;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>What listens in a workspace, opened by its learner, and by others.</summary>
public sealed class PortTests(PortalFactory portal) : IClassFixture<PortalFactory>, IAsyncLifetime
{
    private WebApplication _program = null!;
    private FakeLessonSession _session = null!;
    private HttpClient _ada = null!;

    private string Host => $"http://8080--{_session.WorkspaceId}.localhost";
    private string Path => $"/ports/{_session.WorkspaceId}/8080";

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls", "http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        _program = builder.Build();
        _program.Run(http =>
        {
            if (http.Request.Path == "/away") http.Response.Redirect("http://localhost:8080/there?x=1");
            http.Response.Headers.XFrameOptions = "deny";
            http.Response.Headers.Append("Set-Cookie", "app=1; Domain=localhost; Path=/");
            return http.Response.WriteAsync(
                $"{http.Request.Host} {http.Request.Path}{http.Request.QueryString} origin={http.Request.Headers.Origin} cookie={http.Request.Headers.Cookie}"
            );
        });
        await _program.StartAsync();
        var address = new Uri(
            _program.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        );

        _ada = await portal.CreateLearnerAsync("Ada", followRedirects: false);
        var learner = (
            await portal
                .Services.GetRequiredService<Portal.Classroom.Learners.ILearners>()
                .ListAsync(CancellationToken.None)
        ).First(l => l.Name == "Ada");
        _session = (FakeLessonSession)
            await portal
                .Services.GetRequiredService<ILessonSessions>()
                .OpenAsync(new(learner.Id, "course", "lesson"), CancellationToken.None);
        _session.Listening[8080] = new IPEndPoint(IPAddress.Loopback, address.Port);
    }

    public async ValueTask DisposeAsync()
    {
        _ada.Dispose();
        await _program.DisposeAsync();
    }

    [Fact]
    public async Task Open_ByItsLearner_ShowsTheProgramAsIfOnItsOwnMachine()
    {
        using var client = await EnterAsync(_ada, "/productpage?u=1");

        using var response = await client.GetAsync(new Uri($"{Host}/productpage?u=1"));

        Assert.Equal("localhost:8080 /productpage?u=1 origin= cookie=", await response.Content.ReadAsStringAsync());
        Assert.Equal(
            ["app=1; Path=/"],
            response.Headers.GetValues("Set-Cookie").Select(c => c.Replace(";  ", "; ", StringComparison.Ordinal))
        );
        Assert.Equal(
            ["frame-ancestors http://localhost:5080 http://127.0.0.1:5080"],
            response.Headers.GetValues("Content-Security-Policy")
        );
        Assert.False(response.Headers.Contains("X-Frame-Options"));
    }

    [Fact]
    public async Task Open_PageThatAsksAndLeadsElsewhere_StaysOnItsOwnHost()
    {
        using var client = await EnterAsync(_ada, "/");
        using var post = new HttpRequestMessage(HttpMethod.Post, new Uri($"{Host}/form"));
        post.Headers.Add("Origin", Host);

        using var response = await client.SendAsync(post);
        Assert.Contains(
            "origin=http://localhost:8080",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );

        using var away = await client.GetAsync(new Uri($"{Host}/away"));
        Assert.Equal("/there?x=1", away.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Open_ByTheOwnerWhoTeaches_IsShownWithItsLearnersName()
    {
        await portal
            .Services.GetRequiredService<Portal.Web.Identity.LocalClassroom>()
            .EnsureClassAsync("course", "lesson", "Lesson", CancellationToken.None);
        using var owner = await portal.CreateOwnerAsync(followRedirects: false);

        using var led = await owner.GetAsync(new Uri(Path + "?path=%2Fa", UriKind.Relative));
        Assert.Equal($"{Path}/learner?path=%2Fa", led.Headers.Location?.ToString());
        var page = await owner.GetStringAsync(led.Headers.Location);
        Assert.Contains("workspace of <strong>Ada</strong>", page, StringComparison.Ordinal);
        Assert.Contains($"src=\"{Path}?path=%2Fa&amp;framed=true\"", page, StringComparison.Ordinal);

        using var client = await EnterAsync(owner, "/", framed: true);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(Host + "/"))).StatusCode);
    }

    [Fact]
    public async Task Open_ByAnotherLearner_IsNotThere()
    {
        using var other = await portal.CreateLearnerAsync("Mallory", followRedirects: false);

        foreach (var path in (string[])[Path, Path + "?framed=true", Path + "/learner"])
            Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync(new Uri(path, UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task Host_WithoutItsCookie_LeadsPagesToThePortalAndRefusesTheRest()
    {
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });
        using var page = new HttpRequestMessage(HttpMethod.Get, new Uri($"{Host}/a?b=c"));
        page.Headers.Add("Accept", "text/html");

        using var led = await client.SendAsync(page);
        Assert.Equal($"{Path}?path=%2Fa%3Fb%3Dc", led.Headers.Location?.PathAndQuery);
        Assert.Equal("localhost", led.Headers.Location?.Host);
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri(Host + "/"))).StatusCode);
    }

    [Theory]
    [InlineData("iframe", "Partitioned", "samesite=none", "secure")]
    [InlineData("document", "samesite=lax")]
    public async Task Enter_FramedOrNot_HasACookieForThatAlone(string destination, params string[] attributes)
    {
        using var opened = await _ada.GetAsync(new Uri(Path, UriKind.Relative));
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, opened.Headers.Location);
        request.Headers.Add("Sec-Fetch-Dest", destination);

        using var entered = await client.SendAsync(request);

        var cookie = Assert.Single(entered.Headers.GetValues("Set-Cookie"));
        string[] deciding = ["Partitioned", "samesite=lax", "samesite=none", "secure"];
        Assert.Equal(attributes, deciding.Intersect(cookie.Split("; ")));
    }

    [Fact]
    public async Task Host_AskedByAPageOfAnotherSite_IsNobodys()
    {
        using var client = await EnterAsync(_ada, "/");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Host + "/"));
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Sec-Fetch-Mode", "no-cors");

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("forged")]
    [InlineData("")]
    public async Task Enter_TicketThatIsNone_LeadsBackToThePortal(string ticket)
    {
        using var client = portal.CreateClient(new() { AllowAutoRedirect = false });

        using var response = await client.GetAsync(new Uri($"{Host}/.portal/enter?ticket={ticket}"));

        Assert.Equal(Path, response.Headers.Location?.AbsolutePath);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Enter_TicketOfAnotherPort_IsWorthNothing()
    {
        using var opened = await _ada.GetAsync(new Uri(Path, UriKind.Relative));
        var other = opened.Headers.Location!.ToString().Replace("8080--", "9090--", StringComparison.Ordinal);

        using var response = await _ada.GetAsync(new Uri(other));

        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/\t/evil.example")]
    [InlineData("https://evil.example")]
    public async Task Enter_PathThatLeadsAway_LeadsToTheStart(string path)
    {
        using var opened = await _ada.GetAsync(new Uri($"{Path}?path={Uri.EscapeDataString(path)}", UriKind.Relative));
        using var entered = await _ada.GetAsync(opened.Headers.Location);

        Assert.Equal("/", entered.Headers.Location?.ToString());
    }

    [Fact]
    public async Task Open_NothingListens_SaysWhatToDo()
    {
        using var client = await EnterAsync(_ada, "/", port: 9999);

        using var response = await client.GetAsync(
            new Uri($"{Host.Replace("8080", "9999", StringComparison.Ordinal)}/")
        );

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Contains("port 9999", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>Follows the way from the lesson; the client then has the cookie of the port's host.</summary>
    private async Task<HttpClient> EnterAsync(HttpClient visitor, string path, int port = 8080, bool framed = false)
    {
        using var opened = await visitor.GetAsync(
            new Uri(
                $"/ports/{_session.WorkspaceId}/{port}?path={Uri.EscapeDataString(path)}&framed={framed}",
                UriKind.Relative
            )
        );
        Assert.Equal(HttpStatusCode.Redirect, opened.StatusCode);
        var client = portal.CreateClient(new() { AllowAutoRedirect = false });
        using var entered = await client.GetAsync(opened.Headers.Location);
        Assert.Equal(path, entered.Headers.Location?.ToString());
        return client;
    }
}
