using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Hosting;
using Portal.Web.Hosting;
using Portal.Web.Testing;
using Xunit;

namespace Portal.Web.IntegrationTests;

/// <summary>Who is answered, and how, before anything of the portal is asked.</summary>
public sealed class HostingTests(PortalFactory factory) : IClassFixture<PortalFactory>
{
    [Theory]
    [InlineData("localhost", HttpStatusCode.OK)]
    [InlineData("localhost:5080", HttpStatusCode.OK)]
    [InlineData("127.0.0.1:5080", HttpStatusCode.OK)]
    [InlineData("[::1]:5080", HttpStatusCode.OK)]
    [InlineData("8080--abc.localhost:5080", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.BadRequest)]
    [InlineData("localhost.evil.example", HttpStatusCode.BadRequest)]
    [InlineData("127.0.0.1.evil.example", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task Request_HostName_IsAnsweredOnlyWhenItIsThePortals(string host, HttpStatusCode expected)
    {
        var response = await SendAsync("GET", "/healthz", host);

        Assert.Equal((int)expected, response.Response.StatusCode);
    }

    [Theory]
    [InlineData("POST", "http://localhost:5080", null, 401)]
    [InlineData("POST", "http://localhost:8080", null, 403)]
    [InlineData("POST", "https://localhost:5080", null, 403)]
    [InlineData("POST", "http://evil.example", null, 403)]
    [InlineData("POST", "null", null, 403)]
    [InlineData("POST", null, null, 401)]
    [InlineData("POST", null, "same-origin", 401)]
    [InlineData("POST", null, "same-site", 403)]
    [InlineData("POST", null, "cross-site", 403)]
    [InlineData("DELETE", "http://evil.example", null, 403)]
    [InlineData("GET", "http://evil.example", null, 302)]
    public async Task Request_Origin_MustBeThePortalsWhenItChangesSomething(
        string method,
        string? origin,
        string? site,
        int expected
    )
    {
        var response = await SendAsync(method, "/account/sign-out-everywhere-or-what", "localhost:5080", c =>
        {
            if (origin is not null)
                c.Request.Headers.Origin = origin;
            if (site is not null)
                c.Request.Headers["Sec-Fetch-Site"] = site;
        });

        Assert.Equal(expected, response.Response.StatusCode);
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Forbidden)]
    [InlineData("http://localhost:8080", HttpStatusCode.Forbidden)]
    [InlineData("http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("own", HttpStatusCode.Unauthorized)]
    public async Task WebSocket_Origin_MustBeThePortals(string? origin, HttpStatusCode expected)
    {
        await using var portal = new ListeningPortal();
        var address = new Uri(portal.Start());
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
            socket.Options.SetRequestHeader(
                "Origin",
                origin == "own" ? address.GetLeftPart(UriPartial.Authority) : origin
            );

        await Assert.ThrowsAsync<WebSocketException>(() =>
            socket.ConnectAsync(new Uri($"ws://{address.Authority}/_blazor?id=x"), CancellationToken.None)
        );

        Assert.Equal(expected, socket.HttpStatusCode);
    }

    [Fact]
    public async Task Page_Get_HasSecurityHeaders()
    {
        using var client = factory.CreateClient();

        var response = await client.GetAsync("/sign-in");

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Cookie_PlainHttp_IsHttpOnlyAndLax()
    {
        using var client = factory.CreateClient(new() { AllowAutoRedirect = false });

        var cookie = Assert.Single((await client.GetAsync(factory.WelcomePath)).Headers.GetValues("Set-Cookie"));

        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("secure", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forwarded_ByAKnownProxy_IsBelieved()
    {
        await using var portal = new ProxiedPortal();
        var welcome = await SendAsync(portal, "10.1.2.3", "portal.example.org");

        Assert.Equal(302, welcome.Response.StatusCode);
        Assert.Contains("secure", welcome.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
        Assert.Equal("max-age=31536000", welcome.Response.Headers.StrictTransportSecurity.ToString());
    }

    [Theory]
    [InlineData("192.168.7.7", "portal.example.org")]
    [InlineData("10.1.2.3", "evil.example")]
    public async Task Forwarded_ByAStrangerOrForAnotherHost_IsNotBelieved(string proxy, string host)
    {
        await using var portal = new ProxiedPortal();
        var welcome = await SendAsync(portal, proxy, host);

        Assert.NotEqual("portal.example.org", welcome.Request.Host.Host);
        if (proxy[0] == '1' && proxy[1] == '9')
            Assert.DoesNotContain("secure", welcome.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_ForwardingThatIsNone_NamesEachKey()
    {
        var options = new ForwardingOptions();
        options.KnownProxies.Add("proxy");
        options.KnownNetworks.Add("10.0.0.0/99");

        var failures = new ForwardingOptions.Validator().Validate(null, options).Failures!.ToList();

        Assert.Equal(
            "Portal:ForwardedHeaders:KnownProxies has 'proxy', which is not an IP address. Write one like 10.0.0.4.",
            failures[0]
        );
        Assert.StartsWith(
            "Portal:ForwardedHeaders:KnownNetworks has '10.0.0.0/99', which is not a network.",
            failures[1],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("https://portal.example.org", true)]
    [InlineData("http://localhost:5080/", true)]
    [InlineData("portal.example.org", false)]
    [InlineData("ftp://portal.example.org", false)]
    [InlineData("https://portal.example.org/path", false)]
    public void Validate_PublicUrl_MustBeARoot(string url, bool valid) =>
        Assert.Equal(
            valid,
            new PortalOptions.Validator().Validate(null, new PortalOptions { PublicUrl = url }).Succeeded
        );

    private Task<HttpContext> SendAsync(
        string method,
        string path,
        string host,
        Action<HttpContext>? configure = null
    ) =>
        factory.Server.SendAsync(context =>
        {
            context.Request.Method = method;
            context.Request.Path = path;
            context.Request.Headers.Host = host;
            configure?.Invoke(context);
        });

    private static Task<HttpContext> SendAsync(ProxiedPortal portal, string proxy, string host) =>
        portal.Server.SendAsync(context =>
        {
            var welcome = portal.WelcomePath.Split('?');
            context.Connection.RemoteIpAddress = IPAddress.Parse(proxy);
            context.Request.Method = "GET";
            context.Request.Path = welcome[0];
            context.Request.QueryString = new QueryString("?" + welcome[1]);
            context.Request.Headers.Host = "localhost";
            context.Request.Headers["X-Forwarded-Proto"] = "https";
            context.Request.Headers["X-Forwarded-Host"] = host;
        });

    private sealed class ListeningPortal : PortalApplication
    {
        public ListeningPortal() => UseKestrel(0);
    }

    private sealed class ProxiedPortal : PortalApplication
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            base.ConfigureWebHost(builder);
            builder.UseSetting("Portal:PublicUrl", "https://portal.example.org");
            builder.UseSetting("Portal:ForwardedHeaders:KnownNetworks:0", "10.0.0.0/8");
        }
    }
}
