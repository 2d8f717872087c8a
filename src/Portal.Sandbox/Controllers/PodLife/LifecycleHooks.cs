using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Controllers;

/// <summary>What the node runs or asks in a container: hooks and probes.</summary>
internal static class LifecycleHooks
{
    /// <summary>Runs a postStart or preStop handler.</summary>
    /// <returns>Whether it succeeded.</returns>
    public static async Task<bool> RunAsync(ContainerInstance container, JsonObject handler, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit, container.Pod.Cluster.Time);
        try
        {
            if (handler.Num("sleep", "seconds") is { } seconds) await Task.Delay(TimeSpan.FromSeconds(seconds), container.Pod.Cluster.Time, timeout.Token).ConfigureAwait(false);
            else return (await ContainerCheck.RunAsync(container, handler, timeout.Token).ConfigureAwait(false)).Success;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>One question to a container: a command, a request, or a connection.</summary>
internal static class ContainerCheck
{
    /// <summary>Whether the answer is good, and what the node would write about it when it is not.</summary>
    public static async Task<(bool Success, string Output)> RunAsync(ContainerInstance container, JsonObject handler, CancellationToken cancellationToken)
    {
        if (handler.Obj("exec") is { } exec) return await ExecAsync(container, [.. exec.Strings("command")], cancellationToken).ConfigureAwait(false);
        if (handler.Obj("httpGet") is { } get) return await GetAsync(container, get, cancellationToken).ConfigureAwait(false);
        if (handler.Obj("tcpSocket") is { } tcp)
        {
            var port = Port(container, tcp["port"]);
            return container.Pod.ListenerOn(port) is not null ? (true, "") : (false, $"dial tcp {container.Pod.Ip}:{port}: connect: connection refused");
        }
        if (handler.Obj("grpc") is { } grpc)
        {
            var port = Port(container, grpc["port"]);
            return container.Pod.ListenerOn(port) is not null ? (true, "")
                : (false, $"timeout: failed to connect service \"{container.Pod.Ip}:{port}\" within 1s: context deadline exceeded");
        }
        return (true, "");
    }

    private static async Task<(bool, string)> ExecAsync(ContainerInstance container, List<string> command, CancellationToken cancellationToken)
    {
        if (command.Count == 0) return (true, "");
        var output = new StringBuilder();
        Task Write(ReadOnlyMemory<byte> data)
        {
            const int Kept = 10 * 1024;
            lock (output) if (output.Length < Kept) output.Append(Encoding.UTF8.GetString(data.Span));
            return Task.CompletedTask;
        }
        var code = await ShellExec
            .RunAsync(container, command, new ShellIo(ShellIo.NoInput, Write, Write), tty: false, cancellationToken)
            .ConfigureAwait(false);
        return (code == 0, output.ToString());
    }

    private static async Task<(bool, string)> GetAsync(ContainerInstance container, JsonObject get, CancellationToken cancellationToken)
    {
        var port = Port(container, get["port"]);
        var scheme = (get.Str("scheme") ?? "HTTP").ToLowerInvariant();
        var path = get.Str("path") is { Length: > 0 } p ? p.StartsWith('/') ? p : "/" + p : "/";
        var host = get.Str("host") is { Length: > 0 } h ? h : container.Pod.Ip;
        var headers = new HttpHeaders();
        headers.Add("user-agent", "kube-probe/1.33");
        headers.Add("accept", "*/*");
        var authority = $"{host}:{port}";
        foreach (var header in get.Objects("httpHeaders"))
        {
            if (string.Equals(header.Str("name"), "host", StringComparison.OrdinalIgnoreCase)) authority = header.Str("value") ?? authority;
            else headers[(header.Str("name") ?? "").ToLowerInvariant()] = header.Str("value") ?? "";
        }
        var url = $"{scheme}://{host}:{port}{path}";
        if (container.Pod.ListenerOn(port) is not { } listener) return (false, $"Get \"{url}\": dial tcp {host}:{port}: connect: connection refused");
        try
        {
            // From the node itself: probes do not pass the pod's sidecar.
            var reply = await listener.HandleAsync(port, new HttpCall("GET", authority, path, headers, default), cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (reply.Failed) return (false, $"Get \"{url}\": dial tcp {host}:{port}: connect: connection refused");
            return (reply.Status is >= 200 and < 400, $"HTTP probe failed with statuscode: {reply.Status}");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return (false, $"Get \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
        }
    }

    private static int Port(ContainerInstance container, JsonNode? port) => port.Num() is { } number ? (int)number
        : container.Spec.Objects("ports").FirstOrDefault(p => p.Str("name") == port.Str()).Int(int.TryParse(port.Str(), out var n) ? n : 0, "containerPort");
}
