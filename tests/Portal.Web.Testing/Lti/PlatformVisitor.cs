using System.Net;
using System.Text.RegularExpressions;

namespace Portal.Web.Testing.Lti;

/// <summary>A browser that goes from the platform to the portal, step by step.</summary>
/// <param name="portal">Keeps cookies, and follows nothing.</param>
public sealed partial class PlatformVisitor(SimulatedPlatform platform, HttpClient portal) : IDisposable
{
    private readonly HttpClient _outside = new(new HttpClientHandler { AllowAutoRedirect = false });

    public HttpClient Portal => portal;

    /// <summary>What the portal has set last, as a browser sends it back.</summary>
    public string Cookies { get; private set; } = "";

    /// <summary>The whole way.</summary>
    public async Task<HttpResponseMessage> LaunchAsync(string person, string link = "link-1", bool deep = false) =>
        await SendAsync(await AskAsync(person, link, deep));

    /// <summary>As far as the form that the platform makes the browser send.</summary>
    public async Task<Dictionary<string, string>> AskAsync(string person, string link = "link-1", bool deep = false)
    {
        using var begun = await portal.GetAsync(new Uri(platform.Login(person, link, deep)));
        if (begun.StatusCode != HttpStatusCode.Redirect)
            throw new InvalidOperationException(await begun.Content.ReadAsStringAsync());
        Cookies = string.Join("; ", begun.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]));
        var page = await _outside.GetStringAsync(begun.Headers.Location);
        return Field()
            .Matches(page)
            .ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
    }

    public async Task<HttpResponseMessage> SendAsync(Dictionary<string, string> form, string path = "/lti/launch")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("Origin", platform.Address);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        return await portal.SendAsync(request);
    }

    public void Dispose()
    {
        _outside.Dispose();
        portal.Dispose();
    }

    [GeneratedRegex("""name="([^"]+)" value="([^"]*)""")]
    private static partial Regex Field();
}
