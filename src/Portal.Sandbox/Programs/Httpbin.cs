using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Programs;

/// <summary>The parts of httpbin that lessons use: /get /headers /status /delay /anything /ip /html.</summary>
internal sealed class Httpbin(int ownPort) : IPodProgram
{
    private static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(10);

    public bool Listens(ContainerInstance container, int port) => port == ownPort || port == 80;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) => AnswerAsync(container.Pod.Cluster.Time, call, cancellationToken);

    public static async ValueTask<HttpReply> AnswerAsync(TimeProvider time, HttpCall call, CancellationToken cancellationToken)
    {
        var parts = call.PathOnly.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (parts)
        {
            case ["status", var code] when int.TryParse(code, out var status) && status is >= 100 and < 600: return HttpReply.Of(status, "");
            case ["delay", var text] when double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) && seconds >= 0:
                var delay = TimeSpan.FromSeconds(Math.Min(seconds, s_maxDelay.TotalSeconds));
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
                return HttpReply.Json(200, Describe(call));
            case ["headers"]: return HttpReply.Json(200, new JsonObject { ["headers"] = Headers(call) });
            case ["ip"]: return HttpReply.Json(200, new JsonObject { ["origin"] = call.Headers["x-forwarded-for"] ?? "127.0.0.1" });
            case ["html"] or []: return HttpReply.Of(200, "<!DOCTYPE html>\n<html><body><h1>httpbin</h1></body></html>\n", "text/html; charset=utf-8");
            case ["get"] or ["post"] or ["put"] or ["anything", ..]: return HttpReply.Json(200, Describe(call));
            default: return HttpReply.Of(404, "404 page not found\n");
        }
    }

    private static JsonObject Describe(HttpCall call)
    {
        var args = new JsonObject();
        foreach (var pair in call.Query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var i = pair.IndexOf('=', StringComparison.Ordinal);
            args[Uri.UnescapeDataString(i < 0 ? pair : pair[..i])] = i < 0 ? "" : Uri.UnescapeDataString(pair[(i + 1)..]);
        }
        return new() { ["args"] = args, ["headers"] = Headers(call), ["method"] = call.Method, ["origin"] = call.Headers["x-forwarded-for"] ?? "127.0.0.1", ["url"] = $"http://{call.Authority}{call.Path}", ["data"] = System.Text.Encoding.UTF8.GetString(call.Body.Span) };
    }

    private static JsonObject Headers(HttpCall call)
    {
        var headers = new JsonObject { ["Host"] = call.Authority };
        foreach (var (name, value) in call.Headers.Items) headers[CultureInfo.InvariantCulture.TextInfo.ToTitleCase(name)] = value;
        return headers;
    }
}
