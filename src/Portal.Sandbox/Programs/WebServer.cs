using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>nginx, httpd and echo servers: a page on the image's port, and on every port that the container declares.</summary>
internal sealed class WebServer(JsonObject spec, string flavour) : IPodProgram
{
    private readonly HashSet<int> _ports = [.. spec.Objects("ports").Select(p => p.Int(0, "containerPort")), flavour == "echo" ? 8080 : 80];

    public bool Listens(ContainerInstance container, int port) => _ports.Contains(port);

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var reply = flavour switch
        {
            "echo" => HttpReply.Of(200, Echo(container, call)),
            "nginx" when call.PathOnly is "/" or "/index.html" => HttpReply.Of(200, "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the web server is running in the sandbox.</p>\n</body>\n</html>\n", "text/html"),
            "httpd" when call.PathOnly is "/" or "/index.html" => HttpReply.Of(200, "<html><body><h1>It works!</h1></body></html>\n", "text/html"),
            _ => HttpReply.Of(404, "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n</body>\n</html>\n", "text/html"),
        };
        reply.Headers["server"] = flavour == "nginx" ? "nginx" : "Apache";
        container.Log.Write($"{call.Headers["x-forwarded-for"] ?? "-"} - - \"{call.Method} {call.Path} HTTP/1.1\" {reply.Status} {reply.Body.Length} \"-\" \"{call.Headers["user-agent"] ?? "-"}\"");
        return ValueTask.FromResult(reply);
    }

    private static string Echo(ContainerInstance container, HttpCall call)
    {
        var text = new StringBuilder($"Hostname: {container.Pod.Name}\n\n{call.Method} {call.Path} HTTP/1.1\nHost: {call.Authority}\n");
        foreach (var (name, value) in call.Headers.Items) text.Append(name).Append(": ").Append(value).Append('\n');
        return text.ToString();
    }
}
