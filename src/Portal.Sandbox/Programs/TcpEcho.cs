using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>Istio's tcp-echo-server: sends each line back with a word before it. Its arguments are the ports and the word.</summary>
internal sealed class TcpEcho : IPodProgram
{
    private readonly HashSet<int> _ports;
    private readonly string _word;

    public TcpEcho(JsonObject container)
    {
        var args = container.Strings("args").ToList();
        _ports = [.. (args.ElementAtOrDefault(0) ?? "9000").Split(',').Select(p => int.TryParse(p, out var port) ? port : 0).Where(p => p > 0)];
        _word = args.ElementAtOrDefault(1) ?? "hello";
    }

    public bool Listens(ContainerInstance container, int port) => _ports.Contains(port);

    public bool IsRaw(ContainerInstance container, int port) => true;

    public ValueTask<HttpReply> HandleAsync(ContainerInstance container, int port, HttpCall call, CancellationToken cancellationToken)
    {
        // What does not know HTTP echoes a request like anything else.
        var sent = call.Raw ? Encoding.UTF8.GetString(call.Body.Span) : $"{call.Method} {call.Path} HTTP/1.1\r\nHost: {call.Authority}\r\n\r\n";
        var lines = sent.Split('\n');
        return new(HttpReply.Bytes(Encoding.UTF8.GetBytes(string.Concat(lines.Take(sent.EndsWith('\n') ? lines.Length - 1 : lines.Length).Select(l => $"{_word} {l}\n")))));
    }
}
