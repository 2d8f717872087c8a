using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs.Observability;

namespace Portal.Sandbox.Programs;

/// <summary>The servers of Kubernetes' test image agnhost: netexec, serve-hostname, test-webserver and porter's kind; without any of them it pauses.</summary>
internal sealed class Agnhost : IPodProgram
{
    private readonly string _command;
    private readonly int _port;

    public Agnhost(JsonObject container)
    {
        var args = container.Strings("command").Concat(container.Strings("args")).SkipWhile(a => a.EndsWith("agnhost", StringComparison.Ordinal)).ToList();
        _command = args.FirstOrDefault() ?? "pause";
        _port = _command switch { "netexec" => 8080, "serve-hostname" => 9376, "test-webserver" => 80, _ => 0 };
        for (var i = 1; i < args.Count; i++)
        {
            var (name, value) = args[i].TrimStart('-').Split('=', 2) is [var n, var v] ? (n, v) : (args[i].TrimStart('-'), args.ElementAtOrDefault(i + 1) ?? "");
            if (name is "http-port" or "port" && int.TryParse(value, out var port)) _port = port;
        }
    }

    public bool Listens(ContainerInstance container, int port) => _port > 0 && port == _port;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var p = new QueryParameters(call);
        return new((_command, call.PathOnly) switch
        {
            ("serve-hostname", _) => HttpReply.Of(200, container.Pod.Name),
            ("test-webserver", "/") => HttpReply.Of(200, "<pre>\n</pre>\n", "text/html; charset=utf-8"),
            ("test-webserver", _) => HttpReply.Of(404, "404 page not found\n"),
            (_, "/") => HttpReply.Of(200, string.Create(CultureInfo.InvariantCulture, $"NOW: {container.Pod.Cluster.Now.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff} +0000 UTC")),
            (_, "/hostname" or "/hostName") => HttpReply.Of(200, container.Pod.Name),
            (_, "/healthz") => HttpReply.Of(200, ""),
            (_, "/clientip") => HttpReply.Of(200, $"{(container.Pod.HasSidecar ? "127.0.0.6" : call.Source?.Ip ?? "10.244.0.1")}:{Mesh.Proxies.AccessLog.EphemeralPort()}"),
            (_, "/echo") => HttpReply.Of(int.TryParse(p["code"], out var code) && code is >= 200 and < 600 ? code : 200, p["msg"] ?? ""),
            (_, "/header") => HttpReply.Of(200, p["key"] is { } key ? call.Headers[key] ?? "" : ""),
            (_, "/redirect") => Redirect(p["location"] ?? "/", int.TryParse(p["code"], out var code) && code is >= 300 and < 400 ? code : 302),
            _ => HttpReply.Of(404, "404 page not found\n"),
        });
    }

    private static HttpReply Redirect(string location, int code)
    {
        var reply = HttpReply.Of(code, "");
        reply.Headers["location"] = location;
        return reply;
    }
}
