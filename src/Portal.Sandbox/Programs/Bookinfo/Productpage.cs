using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs.Bookinfo;

/// <summary>
/// productpage: asks details once and reviews up to twice, three seconds each, and answers 200 whatever they say. It sends
/// <c>end-user</c> from its login session only; the header of an incoming request is not handed on.
/// </summary>
internal sealed class Productpage : IPodProgram
{
    private const string Cookie = "session";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(3);

    public bool Listens(ContainerInstance container, int port) => port == 9080;

    public async ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var user = UserOf(call);
        switch (call.PathOnly.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            case ["productpage"]: return await PageAsync(container, call, user, cancellationToken).ConfigureAwait(false);
            case ["health"]: return HttpReply.Of(200, "Product page is healthy");
            case ["login"] when call.Method == "POST": return Login(call);
            case ["logout"]: return SignedOut(call);
            case ["api", "v1", "products"]: return HttpReply.Json(200, new JsonArray(new JsonObject { ["id"] = 0, ["title"] = "The Comedy of Errors", ["descriptionHtml"] = "<a href=\"https://en.wikipedia.org/wiki/The_Comedy_of_Errors\">Wikipedia Summary</a>: The Comedy of Errors is one of <b>William Shakespeare's</b> early plays." }));
            case ["api", "v1", "products", var id]: return Pass(await AskAsync(container, call, user, "details:9080", "/details/" + id, cancellationToken).ConfigureAwait(false), "product details");
            case ["api", "v1", "products", var id, "reviews"]: return Pass(await ReviewsAsync(container, call, user, id, cancellationToken).ConfigureAwait(false), "product reviews");
            case ["api", "v1", "products", var id, "ratings"]: return Pass(await AskAsync(container, call, user, "ratings:9080", "/ratings/" + id, cancellationToken).ConfigureAwait(false), "product ratings");
            case [] or ["index.html"]: return HttpReply.Of(200, BookPage.Index(), "text/html; charset=utf-8");
            case ["static", ..]: return HttpReply.Of(200, "", "text/css");
            default: return HttpReply.Of(404, "<!doctype html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n", "text/html; charset=utf-8");
        }
    }

    private static async Task<HttpReply> PageAsync(ContainerInstance container, HttpCall call, string? user, CancellationToken cancellationToken)
    {
        var details = await AskAsync(container, call, user, "details:9080", "/details/0", cancellationToken).ConfigureAwait(false);
        var reviews = await ReviewsAsync(container, call, user, "0", cancellationToken).ConfigureAwait(false);
        return HttpReply.Of(200, BookPage.Render(user, details, reviews), "text/html; charset=utf-8");
    }

    /// <summary>The original asks twice when the first answer is not 200.</summary>
    private static async Task<HttpReply> ReviewsAsync(ContainerInstance container, HttpCall call, string? user, string id, CancellationToken cancellationToken)
    {
        var reply = await AskAsync(container, call, user, "reviews:9080", "/reviews/" + id, cancellationToken).ConfigureAwait(false);
        return reply.Status == 200 ? reply : await AskAsync(container, call, user, "reviews:9080", "/reviews/" + id, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<HttpReply> AskAsync(ContainerInstance container, HttpCall call, string? user, string host, string path, CancellationToken cancellationToken)
    {
        var headers = Forwarding.From(call);
        if (user is not null) headers["end-user"] = user;
        return await container.SendAsync(new("GET", host, path, headers, default), s_limit, cancellationToken).ConfigureAwait(false);
    }

    private static HttpReply Pass(HttpReply reply, string what) => reply.Failed || reply.Status != 200
        ? HttpReply.Json(reply.Failed ? 500 : reply.Status, new JsonObject { ["error"] = $"Sorry, {what} are currently unavailable for this book." })
        : HttpReply.Of(200, reply.Text, "application/json");

    private static HttpReply Login(HttpCall call)
    {
        var form = Form(Encoding.UTF8.GetString(call.Body.Span));
        var reply = Redirect(call);
        if (reply.Status == 302 && form.TryGetValue("username", out var name) && name.Length > 0)
            reply.Headers.Add("set-cookie", $"{Cookie}={Convert.ToBase64String(Encoding.UTF8.GetBytes(name))}; HttpOnly; Path=/");
        return reply;
    }

    private static HttpReply SignedOut(HttpCall call)
    {
        var reply = Redirect(call);
        reply.Headers.Add("set-cookie", $"{Cookie}=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/");
        return reply;
    }

    /// <summary>The original sends the browser back to where it came from, and fails when it did not say where.</summary>
    private static HttpReply Redirect(HttpCall call)
    {
        if (call.Headers["referer"] is not { } back) return HttpReply.Of(500, "<!doctype html>\n<title>500 Internal Server Error</title>\n<h1>Internal Server Error</h1>\n", "text/html; charset=utf-8");
        var reply = HttpReply.Of(302, "<!doctype html>\n<title>Redirecting...</title>\n", "text/html; charset=utf-8");
        reply.Headers["location"] = back;
        return reply;
    }

    private static string? UserOf(HttpCall call)
    {
        foreach (var part in (call.Headers["cookie"] ?? "").Split(';', StringSplitOptions.TrimEntries))
        {
            if (!part.StartsWith(Cookie + "=", StringComparison.Ordinal)) continue;
            var buffer = new byte[part.Length];
            if (Convert.TryFromBase64String(part[(Cookie.Length + 1)..], buffer, out var n) && n > 0) return Encoding.UTF8.GetString(buffer, 0, n);
        }
        return null;
    }

    private static Dictionary<string, string> Form(string body) => body.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2))
        .GroupBy(p => p[0]).ToDictionary(g => g.Key, g => Uri.UnescapeDataString((g.First().ElementAtOrDefault(1) ?? "").Replace('+', ' ')), StringComparer.Ordinal);
}
