using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portal.Sandbox.Api;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Streaming;

/// <summary>
/// Port-forward: SPDY/3.1 inside a WebSocket (kubectl 1.31 and later), SPDY/3.1 after an HTTP upgrade (older kubectl), and the
/// two channels a port of the older WebSocket form (KubernetesClient).
/// </summary>
internal static class PortForward
{
    private const string Tunnel = "SPDY/3.1+portforward.k8s.io";

    public static async Task HandleAsync(HttpContext http, PodInstance pod, SandboxCluster cluster)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, cluster.Stopping);
        try
        {
            if (http.WebSockets.IsWebSocketRequest && http.WebSockets.WebSocketRequestedProtocols.Contains(Tunnel))
            {
                using var socket = await AcceptTunnelAsync(http).ConfigureAwait(false);
                using var stream = new WebSocketStream(socket);
                await SpdyAsync(stream, pod, cluster, stop.Token).ConfigureAwait(false);
            }
            else if (http.WebSockets.IsWebSocketRequest)
            {
                await LegacyAsync(http, pod, cluster, stop.Token).ConfigureAwait(false);
            }
            else if (http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade && http.Request.Headers.Upgrade.ToString().Equals("SPDY/3.1", StringComparison.OrdinalIgnoreCase))
            {
                http.Response.Headers.Upgrade = "SPDY/3.1";
                http.Response.Headers["X-Stream-Protocol-Version"] = "portforward.k8s.io";
                var stream = await upgrade.UpgradeAsync().ConfigureAwait(false);
                await using (stream.ConfigureAwait(false)) await SpdyAsync(stream, pod, cluster, stop.Token).ConfigureAwait(false);
            }
            else throw ApiError.BadRequest("Upgrade request required");
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or InvalidDataException)
        {
            // The forwarding ended, by the client, the cluster or a broken frame; there is nobody left to tell.
        }
    }

    /// <summary>The handshake by hand: ASP.NET Core refuses a protocol name with a slash.</summary>
    private static async Task<WebSocket> AcceptTunnelAsync(HttpContext http)
    {
        const string Salt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, section 1.3
        var key = http.Request.Headers.SecWebSocketKey.ToString();
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Salt)));
        http.Response.Headers.SecWebSocketProtocol = Tunnel;
        var stream = await http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync().ConfigureAwait(false);
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
    }

    private static async Task SpdyAsync(Stream transport, PodInstance pod, SandboxCluster cluster, CancellationToken cancellationToken)
    {
        using var connection = new SpdyConnection(transport);
        var errors = new ConcurrentDictionary<string, SpdyStream>(StringComparer.Ordinal);
        await connection
            .RunAsync(
                stream =>
                {
                    var request = stream.Headers.GetValueOrDefault("requestid", "");
                    if (stream.Headers.GetValueOrDefault("streamtype") == "error")
                        errors[request] = stream;
                    // The error stream of a connection always comes first.
                    else if (errors.TryRemove(request, out var error))
                        cluster.Guarded.Start(
                            "forwarded connection",
                            () => ForwardAsync(stream, error, pod, cluster, cancellationToken)
                        );
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private static async Task ForwardAsync(SpdyStream data, SpdyStream error, PodInstance pod, SandboxCluster cluster, CancellationToken cancellationToken)
    {
        try
        {
            _ = int.TryParse(data.Headers.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port);
            var current = cluster.Pods.Find(pod.Key);
            if (current is null || cluster.Edge.Connect(current, port) is not { } connection)
            {
                await error.WriteAsync(Encoding.UTF8.GetBytes(Refused(pod, port)), last: true, cancellationToken).ConfigureAwait(false);
                await data.WriteAsync(default, last: true, cancellationToken).ConfigureAwait(false);
                return;
            }
            var inbound = CopyAsync(data.Input, connection.Output, cancellationToken);
            while (true)
            {
                var read = await connection.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (var segment in read.Buffer) await data.WriteAsync(segment, last: false, cancellationToken).ConfigureAwait(false);
                connection.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled) break;
            }
            await data.WriteAsync(default, last: true, cancellationToken).ConfigureAwait(false);
            await error.WriteAsync(default, last: true, cancellationToken).ConfigureAwait(false);
            await connection.Input.CompleteAsync().ConfigureAwait(false);
            await inbound.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One connection broke; the forwarding goes on.
        }
    }

    private static string Refused(PodInstance pod, int port) =>
        $"an error occurred forwarding {port} -> {port}: error forwarding port {port} to pod {pod.Uid.Replace("-", "", StringComparison.Ordinal)}, uid : failed to execute portforward in network namespace: failed to connect to localhost:{port} inside namespace, IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused";

    private static async Task CopyAsync(PipeReader from, PipeWriter to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Either side went away.
        }
        await to.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>Channel 2i carries the data of port i, 2i+1 its error; each begins with the port as two bytes, little endian.</summary>
    private static async Task LegacyAsync(HttpContext http, PodInstance pod, SandboxCluster cluster, CancellationToken cancellationToken)
    {
        var ports = http.Request.Query["ports"].SelectMany(p => (p ?? "").Split(',')).Select(p => int.TryParse(p, out var n) ? n : 0).Where(p => p > 0).ToArray();
        if (ports.Length == 0) throw ApiError.BadRequest("query parameter \"ports\" is required");
        var protocol = http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(p => p.EndsWith("channel.k8s.io", StringComparison.Ordinal));
        using var socket = await http.WebSockets.AcceptWebSocketAsync(protocol).ConfigureAwait(false);
        using var sending = new SemaphoreSlim(1, 1);
        async Task SendAsync(int channel, ReadOnlyMemory<byte> data)
        {
            var message = new byte[data.Length + 1];
            message[0] = (byte)channel;
            data.CopyTo(message.AsMemory(1));
            await sending.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await socket.SendAsync(message, WebSocketMessageType.Binary, true, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                sending.Release();
            }
        }
        var connections = new IDuplexPipe?[ports.Length];
        for (var i = 0; i < ports.Length; i++)
        {
            var index = i;
            byte[] port = [(byte)ports[i], (byte)(ports[i] >> 8)];
            await SendAsync(2 * i, port).ConfigureAwait(false);
            await SendAsync(2 * i + 1, port).ConfigureAwait(false);
            if ((connections[i] = cluster.Edge.Connect(pod, ports[i])) is not { } connection)
                await SendAsync(2 * i + 1, Encoding.UTF8.GetBytes(Refused(pod, ports[i]))).ConfigureAwait(false);
            else
                _ = cluster.Guarded.Start(
                    "forwarded connection",
                    () => PumpAsync(connection.Input, data => SendAsync(2 * index, data), cancellationToken)
                );
        }
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close) break;
            if (result.Count > 1 && buffer[0] % 2 == 0 && buffer[0] / 2 < ports.Length && connections[buffer[0] / 2] is { } to) await to.Output.WriteAsync(buffer.AsMemory(1, result.Count - 1), cancellationToken).ConfigureAwait(false);
        }
        foreach (var c in connections) if (c is not null) await c.Output.CompleteAsync().ConfigureAwait(false);
    }

    private static async Task PumpAsync(PipeReader from, Func<ReadOnlyMemory<byte>, Task> send, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await from.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (var segment in read.Buffer) await send(segment).ConfigureAwait(false);
                from.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) return;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // The client left.
        }
    }
}
