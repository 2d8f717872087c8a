using System.Globalization;
using System.Text;
using Portal.Sandbox.Programs.Observability;

namespace Portal.Sandbox.Programs;

/// <summary>fortio's server: <c>/echo</c> does what its parameters say (status, delay, size, header, close), <c>/debug</c> shows the request.</summary>
internal static class FortioServer
{
    private const int MaxSize = 256 * 1024;
    private static readonly TimeSpan s_maxDelay = TimeSpan.FromSeconds(1.5);

    public static int Port(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var (name, value) = arguments[i].TrimStart('-').Split('=', 2) is [var n, var v] ? (n, v) : (arguments[i].TrimStart('-'), i + 1 < arguments.Count ? arguments[i + 1] : "");
            if (name == "http-port" && int.TryParse(value[(value.LastIndexOf(':') + 1)..], out var port)) return port;
        }
        return 8080;
    }

    public static async ValueTask<HttpReply> AnswerAsync(ContainerInstance container, HttpCall call, CancellationToken cancellationToken)
    {
        var path = call.PathOnly.TrimEnd('/');
        if (path.StartsWith("/debug", StringComparison.Ordinal)) return HttpReply.Of(200, Debug(container, call), "text/plain; charset=UTF-8");
        if (path == "/fortio") return HttpReply.Of(200, Page(container, call), "text/html; charset=UTF-8");
        if (path.StartsWith("/fortio/", StringComparison.Ordinal)) return HttpReply.Of(404, "404 page not found\n");
        var p = new QueryParameters(call with { Headers = new HttpHeaders() });
        var delay = Choose(p["delay"] ?? "") is { Length: > 0 } text
            ? Mesh.EnvoyDuration.Parse(text) ?? TimeSpan.Zero
            : TimeSpan.Zero;
        if (delay > TimeSpan.Zero)
            await RequestClock
                .WaitAsync(delay < s_maxDelay ? delay : s_maxDelay, container.Pod.Cluster.Time, cancellationToken)
                .ConfigureAwait(false);
        var status = int.TryParse(Choose(p["status"] ?? ""), out var code)
            ? code is >= 200 and < 600
                ? code
                : 400
            : 200;
        var body =
            int.TryParse(Choose(p["size"] ?? ""), out var size) && size >= 0
                ? Encoding.ASCII.GetBytes(new string('x', Math.Min(size, MaxSize)))
                : call.Body.ToArray();
        var reply = new HttpReply(status, new HttpHeaders(), body);
        if (call.Headers["content-type"] is { } type) reply.Headers["content-type"] = type;
        foreach (var header in p.All("header"))
            if (header.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && !header.Any(char.IsControl)) reply.Headers.Add(header[..colon].Trim().ToLowerInvariant(), header[(colon + 1)..].Trim());
        return reply;
    }

    /// <summary>One of several values with their shares in per cent: <c>503:20,404:10</c>; empty for none of them.</summary>
    private static string Choose(string text)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (parts is [var only] && !only.Contains(':', StringComparison.Ordinal)) return only;
        var n = Random.Shared.NextDouble() * 100;
        foreach (var part in parts)
        {
            var pair = part.Split(':', 2);
            var share = pair.Length > 1 && double.TryParse(pair[1].TrimEnd('%'), CultureInfo.InvariantCulture, out var percent) ? percent : 100.0 / parts.Length;
            if ((n -= share) < 0) return pair[0];
        }
        return "";
    }

    private static string Debug(ContainerInstance container, HttpCall call)
    {
        var up = container.Pod.Cluster.Now - container.StartedAt;
        var text = new StringBuilder($"Φορτίο version {FortioCommand.Version} echo debug server up for {FortioReport.GoDuration(TimeSpan.FromMilliseconds(Math.Floor(up.TotalMilliseconds / 100) * 100))} on {container.Pod.Name} - request from {call.Source?.Ip ?? "127.0.0.1"}\n\n{call.Method} {call.Path} HTTP/1.1\n\nheaders:\n\nHost: {call.Authority}\n");
        foreach (var (name, value) in call.Headers.Items.OrderBy(h => h.Key, StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture.TextInfo.ToTitleCase(name)).Append(": ").Append(value).Append('\n');
        text.Append("\nbody:\n\n").Append(Encoding.UTF8.GetString(call.Body.Span)).Append('\n');
        if (new QueryParameters(call)["env"] == "dump")
        {
            text.Append("\nenvironment:\n\n");
            foreach (var (name, value) in container.Environment) text.Append(name).Append('=').Append(value).Append('\n');
        }
        return text.ToString();
    }

    private static string Page(ContainerInstance container, HttpCall call) => $$"""
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>Φορτίο v{{FortioCommand.Version}} control UI</title>
        <style>:root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:720px;margin:32px auto;padding:0 16px}code,pre{font-family:ui-monospace,monospace}</style></head>
        <body><h1>Φορτίο (fortio) v{{FortioCommand.Version}}</h1><p>Server on {{container.Pod.Name}}, up since {{container.StartedAt:yyyy-MM-dd HH:mm:ss}} UTC.</p>
        <ul><li><a href="/debug">/debug</a> shows your request</li><li><a href="/echo?status=503&amp;delay=500ms">/echo</a> answers as asked: <code>status</code>, <code>delay</code>, <code>size</code>, <code>header</code></li></ul>
        <p>Load is run from a shell: <code>fortio load -c 2 -qps 8 -n 20 http://{{System.Net.WebUtility.HtmlEncode(call.Authority)}}/echo</code></p></body></html>

        """;
}
