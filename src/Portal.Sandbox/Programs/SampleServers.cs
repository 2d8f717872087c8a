using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>Istio's helloworld: says its version and pod. A request costs it some computing, as the sample's does on purpose.</summary>
internal sealed class HelloWorld(string version) : IPodProgram
{
    public TimeSpan RequestCost => TimeSpan.FromMilliseconds(80);

    public bool Listens(ContainerInstance container, int port) => port == 5000;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken) => new(call.PathOnly switch
    {
        "/hello" => HttpReply.Of(200, $"Hello version: {container.Environment.GetValueOrDefault("SERVICE_VERSION") ?? version}, instance: {container.Pod.Name}\n", "text/html; charset=utf-8"),
        "/health" => HttpReply.Of(200, "Helloworld is healthy", "text/html; charset=utf-8"),
        _ => HttpReply.Of(404, "<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n", "text/html; charset=utf-8"),
    });
}

/// <summary>hashicorp/http-echo: answers with the text of its arguments.</summary>
internal sealed class HttpEcho : IPodProgram
{
    private readonly int _port = 5678;
    private readonly string? _text;
    private readonly int _status = 200;

    public HttpEcho(JsonObject container)
    {
        _text = container.Objects("env").FirstOrDefault(e => e.Str("name") == "ECHO_TEXT").Str("value");
        var args = container.Strings("args").ToList();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].TrimStart('-').Split('=', 2) is [var n, var v] ? (n, v) : (args[i].TrimStart('-'), args.ElementAtOrDefault(++i) ?? "");
            if (name == "text") _text = value;
            else if (name == "listen" && int.TryParse(value[(value.LastIndexOf(':') + 1)..], out var port)) _port = port;
            else if (name == "status-code" && int.TryParse(value, out var status)) _status = status;
        }
    }

    public bool Listens(ContainerInstance container, int port) => port == _port && _text is not null;

    public async Task<int> RunAsync(ContainerInstance container, CancellationToken cancellationToken)
    {
        if (_text is null)
        {
            container.Log.Write("Missing -text option!");
            return 127;
        }
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        return 0;
    }

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        if (call.PathOnly == "/health") return new(HttpReply.Json(200, new JsonObject { ["status"] = "ok" }));
        var reply = HttpReply.Of(_status, _text + "\n", "text/plain; charset=utf-8");
        reply.Headers["x-app-name"] = "http-echo";
        container.Log.Write($"{call.Authority} {call.Source?.Ip ?? "127.0.0.1"} \"{call.Method} {call.Path} HTTP/1.1\" {_status} {reply.Body.Length} \"{call.Headers["user-agent"]}\"");
        return new(reply);
    }
}

/// <summary>traefik/whoami: tells who it is and what it was asked.</summary>
internal sealed class Whoami(JsonObject container) : IPodProgram
{
    private readonly int _port = Port(container);

    public bool Listens(ContainerInstance container, int port) => port == _port;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var name = container.Environment.GetValueOrDefault("WHOAMI_NAME");
        switch (call.PathOnly)
        {
            case "/health": return new(HttpReply.Of(200, ""));
            case "/bench": return new(HttpReply.Of(200, "1"));
            case "/api":
                var headers = new JsonObject();
                foreach (var group in call.Headers.Items.GroupBy(h => Titled(h.Key))) headers[group.Key] = new JsonArray([.. group.Select(h => (JsonNode)h.Value)]);
                var answer = new JsonObject { ["hostname"] = container.Pod.Name, ["ip"] = new JsonArray("127.0.0.1", container.Pod.Ip), ["headers"] = headers, ["url"] = call.Path, ["host"] = call.Authority, ["method"] = call.Method };
                if (name is not null) answer["name"] = name;
                return new(HttpReply.Json(200, answer));
        }
        var text = new StringBuilder(name is null ? "" : $"Name: {name}\n").Append($"Hostname: {container.Pod.Name}\nIP: 127.0.0.1\nIP: {container.Pod.Ip}\nRemoteAddr: {(container.Pod.HasSidecar ? "127.0.0.6" : call.Source?.Ip ?? "10.244.0.1")}:{Mesh.Proxies.AccessLog.EphemeralPort()}\n{call.Method} {call.Path} HTTP/1.1\nHost: {call.Authority}\n");
        foreach (var (key, value) in call.Headers.Items.OrderBy(h => h.Key, StringComparer.Ordinal)) text.Append(Titled(key)).Append(": ").Append(value).Append('\n');
        return new(HttpReply.Of(200, text.Append('\n').ToString(), "text/plain; charset=utf-8"));
    }

    private static string Titled(string header) => System.Globalization.CultureInfo.InvariantCulture.TextInfo.ToTitleCase(header);

    private static int Port(JsonObject container)
    {
        var args = container.Strings("args").ToList();
        var text = container.Objects("env").FirstOrDefault(e => e.Str("name") == "WHOAMI_PORT_NUMBER").Str("value");
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i].TrimStart('-').Split('=', 2) is ["port", var value]) text = value;
            else if (args[i].TrimStart('-') is "port") text = args.ElementAtOrDefault(i + 1);
        }
        return int.TryParse(text, out var port) ? port : 80;
    }
}
