using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>
/// httpbin: answers that tell what came in, or do what the path asks for. The images of today are go-httpbin, which shows every header and
/// parameter as a list; hosts outside the cluster answer as the older one in Python.
/// </summary>
internal sealed class Httpbin(int ownPort) : IPodProgram
{
    private static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(10);

    public bool Listens(ContainerInstance container, int port) => port == ownPort || port == 80;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) => call.PathOnly == "/hostname"
        ? new(HttpReply.Json(200, new JsonObject { ["hostname"] = container.Environment.GetValueOrDefault("USE_REAL_HOSTNAME") is "1" or "true" ? container.Pod.Name : "go-httpbin" }))
        : AnswerAsync(container.Pod.Cluster.Time, call, cancellationToken, lists: true);

    /// <param name="lists">Whether headers and parameters are shown as lists.</param>
    public static ValueTask<HttpReply> AnswerAsync(TimeProvider time, HttpCall call, CancellationToken cancellationToken, bool lists = false)
    {
        var parts = call.PathOnly.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["status", var codes]) return new(Status(codes));
        if (parts is ["delay", var text, ..]) return DelayAsync(time, text, call, lists, cancellationToken);
        return new(parts switch
        {
            ["headers"] => HttpReply.Json(200, new JsonObject { ["headers"] = Headers(call, lists) }),
            ["ip"] => HttpReply.Json(200, new JsonObject { ["origin"] = Origin(call) }),
            ["user-agent"] => HttpReply.Json(200, new JsonObject { ["user-agent"] = call.Headers["user-agent"] }),
            ["html"] or [] => HttpReply.Of(200, "<!DOCTYPE html>\n<html><body><h1>httpbin</h1></body></html>\n", "text/html; charset=utf-8"),
            ["json"] => HttpReply.Json(200, new JsonObject { ["slideshow"] = new JsonObject { ["title"] = "Sample", ["slides"] = new JsonArray(new JsonObject { ["title"] = "One", ["type"] = "all" }) } }),
            ["robots.txt"] => HttpReply.Of(200, "User-agent: *\nDisallow: /deny\n"),
            ["deny"] => HttpReply.Of(200, "You shall not read this.\n"),
            ["uuid"] => HttpReply.Json(200, new JsonObject { ["uuid"] = Guid.NewGuid().ToString() }),
            ["get"] => call.Method is "GET" or "HEAD" ? HttpReply.Json(200, Describe(call, lists, body: false)) : HttpReply.Of(405, "Method Not Allowed\n"),
            ["post"] or ["put"] or ["patch"] or ["delete"] => call.Method.Equals(parts[0], StringComparison.OrdinalIgnoreCase) ? HttpReply.Json(200, Describe(call, lists, body: true)) : HttpReply.Of(405, "Method Not Allowed\n"),
            ["anything", ..] => HttpReply.Json(200, Describe(call, lists, body: true)),
            ["redirect" or "relative-redirect", var count] when int.TryParse(count, out var n) && n > 0 => Redirect(n == 1 ? "/get" : $"/{parts[0]}/{n - 1}", 302),
            ["absolute-redirect", var count] when int.TryParse(count, out var n) && n > 0 => Redirect($"http://{call.Authority}{(n == 1 ? "/get" : $"/absolute-redirect/{n - 1}")}", 302),
            ["redirect-to"] => Redirect(Query(call).GetValueOrDefault("url") ?? "/", int.TryParse(Query(call).GetValueOrDefault("status_code"), out var code) ? code : 302),
            ["response-headers"] => WithHeaders(call),
            ["cookies"] => HttpReply.Json(200, Cookies(call)),
            ["cookies", "set"] => SetCookies(call),
            ["bearer"] => call.Headers["authorization"] is { } a && a.StartsWith("Bearer ", StringComparison.Ordinal) ? HttpReply.Json(200, new JsonObject { ["authenticated"] = true, ["token"] = a[7..] }) : HttpReply.Of(401, ""),
            ["basic-auth", var user, var password] => Basic(call, user, password),
            ["bytes", var size] when int.TryParse(size, out var n) && n is >= 0 and <= 1 << 20 => new HttpReply(200, Typed("application/octet-stream"), new byte[n]),
            ["base64", .. var rest] when rest.Length is 1 or 2 => Decode(rest[^1]),
            ["unstable"] => HttpReply.Of(Random.Shared.NextDouble() < (double.TryParse(Query(call).GetValueOrDefault("failure_rate"), CultureInfo.InvariantCulture, out var rate) ? rate : 0.5) ? 500 : 200, ""),
            _ => HttpReply.Of(404, "404 page not found\n"),
        });
    }

    /// <summary>A code, or several with weights: <c>200:9,503:1</c>.</summary>
    private static HttpReply Status(string codes)
    {
        var choices = new List<(int Code, double Weight)>();
        foreach (var choice in codes.Split(','))
        {
            var pair = choice.Split(':');
            if (!int.TryParse(pair[0], out var code) || code is < 200 or >= 600) return HttpReply.Of(400, "{\"status_code\":400,\"error\":\"Bad Request\",\"detail\":\"invalid status code\"}", "application/json");
            choices.Add((code, pair.Length > 1 && double.TryParse(pair[1], CultureInfo.InvariantCulture, out var weight) ? weight : 1));
        }
        var n = Random.Shared.NextDouble() * choices.Sum(c => c.Weight);
        var chosen = choices[^1].Code;
        foreach (var (code, weight) in choices)
        {
            if ((n -= weight) >= 0) continue;
            chosen = code;
            break;
        }
        return chosen switch
        {
            301 or 302 or 303 or 307 or 308 => Redirect("/redirect/1", chosen),
            418 => HttpReply.Of(418, "I'm a teapot!"),
            _ => HttpReply.Of(chosen, ""),
        };
    }

    private static async ValueTask<HttpReply> DelayAsync(TimeProvider time, string text, HttpCall call, bool lists, CancellationToken cancellationToken)
    {
        var delay =
            Mesh.EnvoyDuration.Parse(text)
            ?? (
                double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1e6
                    ? TimeSpan.FromSeconds(seconds)
                    : (TimeSpan?)null
            );
        if (delay is not { } wait)
            return HttpReply.Of(
                400,
                "{\"status_code\":400,\"error\":\"Bad Request\",\"detail\":\"invalid duration\"}",
                "application/json"
            );
        await RequestClock
            .WaitAsync(wait < s_maxDelay ? wait : s_maxDelay, time, cancellationToken)
            .ConfigureAwait(false);
        return HttpReply.Json(200, Describe(call, lists, body: true));
    }

    private static JsonObject Describe(HttpCall call, bool lists, bool body)
    {
        var args = new JsonObject();
        foreach (var (name, value) in Query(call)) args[name] = lists ? new JsonArray(value) : value;
        var described = new JsonObject { ["args"] = args, ["headers"] = Headers(call, lists), ["method"] = call.Method, ["origin"] = Origin(call), ["url"] = $"{call.Headers["x-forwarded-proto"] ?? "http"}://{call.Authority}{call.Path}" };
        if (!body) return described;
        var text = Encoding.UTF8.GetString(call.Body.Span);
        described["data"] = text;
        described["files"] = new JsonObject();
        described["form"] = new JsonObject();
        described["json"] = null;
        if (call.Headers["content-type"] == "application/x-www-form-urlencoded")
        {
            described["data"] = "";
            foreach (var (name, value) in Pairs(text)) described["form"]![name] = lists ? new JsonArray(value) : value;
        }
        else if (text.Length > 0)
        {
            try
            {
                described["json"] = JsonNode.Parse(text);
            }
            catch (JsonException)
            {
                // Not everything that is sent is JSON.
            }
        }
        return described;
    }

    private static JsonObject Headers(HttpCall call, bool lists)
    {
        var headers = new JsonObject { ["Host"] = lists ? new JsonArray(call.Authority) : call.Authority };
        foreach (var (name, value) in call.Headers.Items)
        {
            var title = CultureInfo.InvariantCulture.TextInfo.ToTitleCase(name);
            if (lists && headers[title] is JsonArray several) several.Add((JsonNode)value);
            else headers[title] = lists ? new JsonArray(value) : headers.Str(title) is { } before ? $"{before},{value}" : value;
        }
        return headers;
    }

    private static string Origin(HttpCall call) => call.Headers["x-forwarded-for"] ?? call.Source?.Ip ?? "127.0.0.1";

    private static Dictionary<string, string> Query(HttpCall call) => Pairs(call.Query);

    private static Dictionary<string, string> Pairs(string text)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var i = pair.IndexOf('=', StringComparison.Ordinal);
            pairs[Uri.UnescapeDataString(i < 0 ? pair : pair[..i])] = i < 0 ? "" : Uri.UnescapeDataString(pair[(i + 1)..].Replace('+', ' '));
        }
        return pairs;
    }

    private static HttpReply Redirect(string location, int code)
    {
        var reply = HttpReply.Of(code, "");
        reply.Headers["location"] = location;
        return reply;
    }

    private static HttpReply WithHeaders(HttpCall call)
    {
        var shown = new JsonObject();
        foreach (var (name, value) in Query(call)) shown[name] = value;
        var reply = HttpReply.Json(200, shown);
        foreach (var (name, value) in Query(call)) if (name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && !value.Any(char.IsControl)) reply.Headers.Add(name.ToLowerInvariant(), value);
        return reply;
    }

    private static JsonObject Cookies(HttpCall call)
    {
        var cookies = new JsonObject();
        foreach (var pair in (call.Headers["cookie"] ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) cookies[pair.Split('=')[0]] = pair.Split('=', 2).ElementAtOrDefault(1) ?? "";
        return cookies;
    }

    private static HttpReply SetCookies(HttpCall call)
    {
        var reply = Redirect("/cookies", 302);
        foreach (var (name, value) in Query(call)) reply.Headers.Add("set-cookie", $"{name}={value}; HttpOnly");
        return reply;
    }

    private static HttpReply Basic(HttpCall call, string user, string password)
    {
        var right = call.Headers["authorization"] == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
        var reply = HttpReply.Json(right ? 200 : 401, new JsonObject { ["authenticated"] = right, ["authorized"] = right, ["user"] = user });
        if (!right) reply.Headers["www-authenticate"] = "Basic realm=\"Fake Realm\"";
        return reply;
    }

    private static HttpReply Decode(string encoded)
    {
        var bytes = new byte[encoded.Length];
        return Convert.TryFromBase64String(encoded.Replace('-', '+').Replace('_', '/'), bytes, out var length) ? new(200, Typed("text/plain"), bytes.AsMemory(0, length)) : HttpReply.Of(400, "{\"status_code\":400,\"error\":\"Bad Request\",\"detail\":\"invalid base64\"}", "application/json");
    }

    private static HttpHeaders Typed(string type)
    {
        var headers = new HttpHeaders();
        headers.Add("content-type", type);
        return headers;
    }
}
