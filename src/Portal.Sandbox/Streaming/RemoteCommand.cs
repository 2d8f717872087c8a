using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Streaming;

/// <summary>exec and attach. Over a WebSocket there is one byte of channel before each message (v4 and v5 of channel.k8s.io).</summary>
internal static class RemoteCommand
{
    private static readonly string[] s_protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
    private const byte StdinChannel = 0, StdoutChannel = 1, StderrChannel = 2, ErrorChannel = 3, CloseChannel = 255;

    /// <summary>For the client to answer that it has seen the end.</summary>
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(2);

    /// <summary>
    /// What a command that does not read lets its client send ahead: so many pieces of at most so many bytes.
    /// </summary>
    internal const int InputChunks = 8, InputChunk = 32 * 1024;

    public static async Task ExecAsync(HttpContext http, ContainerInstance container)
    {
        string[] command = [.. http.Request.Query["command"].OfType<string>()];
        if (command.Length == 0)
            throw ApiError.BadRequest("you must specify at least one command for the container");
        await RunAsync(
                http,
                container,
                (io, ct) => ShellExec.RunAsync(container, command, io, http.Request.IsTrue("tty"), ct)
            )
            .ConfigureAwait(false);
    }

    public static async Task AttachAsync(HttpContext http, ContainerInstance container) =>
        await RunAsync(
                http,
                container,
                async (io, ct) =>
                {
                    if (container.Console is { } console)
                    {
                        await console
                            .AttachAsync(io, container.Spec.Flag("stdinOnce") == true, ct)
                            .ConfigureAwait(false);
                        return container.Exit?.Code ?? 0;
                    }
                    var (_, next, changed, closed) = container.Log.Read(0);
                    while (!closed)
                    {
                        await changed.WaitAsync(ct).ConfigureAwait(false);
                        (var lines, next, changed, closed) = container.Log.Read(next);
                        foreach (var line in lines)
                            await io.OutAsync(line.Text + "\n").ConfigureAwait(false);
                    }
                    return container.Exit?.Code ?? 0;
                }
            )
            .ConfigureAwait(false);

    private static async Task RunAsync(
        HttpContext http,
        ContainerInstance container,
        Func<ShellIo, CancellationToken, Task<int>> command
    )
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await SpdyRemoteCommand.RunAsync(http, container, command).ConfigureAwait(false);
            return;
        }
        var protocol = s_protocols.FirstOrDefault(http.WebSockets.WebSocketRequestedProtocols.Contains) ?? throw ApiError.BadRequest("unable to upgrade: none of the requested protocols is supported");
        using var socket = await http.WebSockets.AcceptWebSocketAsync(protocol).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted,
            container.Pod.Cluster.Stopping
        );
        using var sending = new SemaphoreSlim(1, 1);
        async Task SendAsync(byte channel, ReadOnlyMemory<byte> data)
        {
            var message = new byte[data.Length + 1];
            message[0] = channel;
            data.CopyTo(message.AsMemory(1));
            await sending.WaitAsync(stop.Token).ConfigureAwait(false);
            try
            {
                await socket.SendAsync(message, WebSocketMessageType.Binary, true, stop.Token).ConfigureAwait(false);
            }
            finally
            {
                sending.Release();
            }
        }
        var input = Channel.CreateBounded<byte[]>(InputChunks);
        if (!http.Request.IsTrue("stdin")) input.Writer.TryComplete();
        // A receive is always pending: that is also what answers the client's pings.
        var receiving = ReceiveAsync(socket, input.Writer, stop);
        var io = new ShellIo(input.Reader, d => SendAsync(StdoutChannel, d), d => SendAsync(http.Request.IsTrue("tty") ? StdoutChannel : StderrChannel, d));
        try
        {
            var code = await CodeAsync(container, io, command, stop.Token).ConfigureAwait(false);
            await SendAsync(ErrorChannel, Status(code).ToUtf8()).ConfigureAwait(false);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", stop.Token).ConfigureAwait(false);
            // Some clients (KubernetesClient) neither answer nor close: as the kubelet, the server does.
            await receiving.WaitAsync(s_farewell, TimeProvider.System, stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
            when (e
                    is OperationCanceledException
                        or TimeoutException
                        or WebSocketException
                        or IOException
                        or ObjectDisposedException
            )
        {
            // The client left before its command was done, or stays after it.
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(false);
        }
    }

    /// <summary>Runs a command to its end, whatever that is: a client that is not told would wait for ever.</summary>
    internal static async Task<int> CodeAsync(
        ContainerInstance container,
        ShellIo io,
        Func<ShellIo, CancellationToken, Task<int>> command,
        CancellationToken stop
    )
    {
        try
        {
            return await command(io, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            container.ReportFault("exec", e);
            return ProcessRunner.Fault;
        }
    }

    /// <summary>Hands input on as it comes: a message may be as long as the client likes, and is never held.</summary>
    private static async Task ReceiveAsync(WebSocket socket, ChannelWriter<byte[]> input, CancellationTokenSource stop)
    {
        var buffer = new byte[InputChunk];
        int? channel = null;
        try
        {
            while (true)
            {
                var result = await socket.ReceiveAsync(buffer.AsMemory(), stop.Token).ConfigureAwait(false);
                if (result.MessageType == WebSocketMessageType.Close) break;
                var data = buffer.AsMemory(0, result.Count);
                if (channel is null && !data.IsEmpty)
                {
                    channel = data.Span[0];
                    data = data[1..];
                }
                if (!data.IsEmpty)
                {
                    if (channel == StdinChannel)
                        await input.WriteAsync(data.ToArray(), stop.Token).ConfigureAwait(false);
                    else if (channel == CloseChannel && data.Span[0] == StdinChannel)
                        input.TryComplete();
                }
                if (result.EndOfMessage) channel = null;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ChannelClosedException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
        input.TryComplete();
    }

    /// <summary>How a command ended, as the error channel says it.</summary>
    internal static JsonObject Status(int code) => code == 0
        ? new() { ["metadata"] = new JsonObject(), ["status"] = "Success" }
        : new()
        {
            ["metadata"] = new JsonObject(), ["status"] = "Failure", ["message"] = $"command terminated with non-zero exit code: exit status {code}", ["reason"] = "NonZeroExitCode",
            ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = code.ToString(System.Globalization.CultureInfo.InvariantCulture) }) },
        };
}
