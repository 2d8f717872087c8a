using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>nginx, httpd and echo servers: a page on the image's port, and on every port that the container declares.</summary>
internal sealed class WebServer(JsonObject spec, string flavour) : IPodProgram
{
    private readonly HashSet<int> _ports = [.. spec.Objects("ports").Select(p => p.Int(0, "containerPort")), flavour == "echo" ? 8080 : 80];

    public bool Listens(ContainerInstance container, int port) => _ports.Contains(port) || (flavour == "nginx" && NginxConfiguration.Listens(container, port));

    public string? CertificateFor(ContainerInstance container, int port, string serverName) => flavour == "nginx" ? NginxConfiguration.Certificate(container, port) : null;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        var reply = flavour switch
        {
            "php" => HttpReply.Of(200, "OK!", "text/html"),
            "nginx" or "httpd" when Mounted(container, call.PathOnly) is { } page => page,
            "echo" => HttpReply.Of(200, Echo(container, call)),
            "nginx" when call.PathOnly is "/" or "/index.html" => HttpReply.Of(200, "<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, the web server is running in the sandbox.</p>\n</body>\n</html>\n", "text/html"),
            "httpd" when call.PathOnly is "/" or "/index.html" => HttpReply.Of(200, "<html><body><h1>It works!</h1></body></html>\n", "text/html"),
            _ => HttpReply.Of(404, "<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n</body>\n</html>\n", "text/html"),
        };
        reply.Headers["server"] = flavour == "nginx" ? "nginx" : "Apache";
        container.Log.Write($"{call.Headers["x-forwarded-for"] ?? "-"} - - \"{call.Method} {call.Path} HTTP/1.1\" {reply.Status} {reply.Body.Length} \"-\" \"{call.Headers["user-agent"] ?? "-"}\"");
        return ValueTask.FromResult(reply);
    }

    public TimeSpan RequestCost => flavour == "php" ? TimeSpan.FromMilliseconds(6) : TimeSpan.FromMicroseconds(500);

    /// <summary>A file below the server's root, when someone put one there.</summary>
    private HttpReply? Mounted(ContainerInstance container, string path)
    {
        var root = flavour == "nginx" ? "/usr/share/nginx/html" : "/usr/local/apache2/htdocs";
        if (path.Contains("..", StringComparison.Ordinal)) return null;
        var text = container.Files.ReadText(root + (path.EndsWith('/') ? path + "index.html" : path));
        return text is null ? null : HttpReply.Of(200, text, path.EndsWith(".txt", StringComparison.Ordinal) ? "text/plain" : "text/html");
    }

    private static string Echo(ContainerInstance container, HttpCall call)
    {
        var text = new StringBuilder($"Hostname: {container.Pod.Name}\n\n{call.Method} {call.Path} HTTP/1.1\nHost: {call.Authority}\n");
        foreach (var (name, value) in call.Headers.Items) text.Append(name).Append(": ").Append(value).Append('\n');
        return text.ToString();
    }
}
