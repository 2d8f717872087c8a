using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Streaming;

/// <summary>exec and attach for clients before kubectl 1.30: SPDY/3.1, one stream each for error, stdin, stdout, stderr and resize.</summary>
internal static class SpdyRemoteCommand
{
    private const string Protocol = "v4.channel.k8s.io";

    public static async Task RunAsync(
        HttpContext http,
        ContainerInstance container,
        Func<ShellIo, CancellationToken, Task<int>> command
    )
    {
        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade || !http.Request.Headers.Upgrade.ToString().Equals("SPDY/3.1", StringComparison.OrdinalIgnoreCase)
            || !http.Request.Headers["X-Stream-Protocol-Version"].Any(v => v!.Contains(Protocol, StringComparison.Ordinal)))
        {
            throw ApiError.BadRequest("Upgrade request required");
        }
        http.Response.Headers.Upgrade = "SPDY/3.1";
        http.Response.Headers["X-Stream-Protocol-Version"] = Protocol;
        var transport = await upgrade.UpgradeAsync().ConfigureAwait(false);
        await using var _ = transport.ConfigureAwait(false);
        using var connection = new SpdyConnection(transport);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted,
            container.Pod.Cluster.Stopping
        );
        var streams = new ConcurrentDictionary<string, SpdyStream>(StringComparer.Ordinal);
        var expected = Expected(http.Request);
        var complete = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = connection.RunAsync(stream =>
        {
            streams[stream.Headers.GetValueOrDefault("streamtype", "")] = stream;
            if (expected.All(streams.ContainsKey)) complete.TrySetResult();
        }, stop.Token);
        var pumping = Task.CompletedTask;
        try
        {
            if (await Task.WhenAny(complete.Task, reading).ConfigureAwait(false) == reading) return;
            var input = Channel.CreateBounded<byte[]>(RemoteCommand.InputChunks);
            if (streams.TryGetValue("stdin", out var stdin)) pumping = PumpAsync(stdin, input.Writer, stop.Token);
            else input.Writer.TryComplete();
            var io = Io(streams, input.Reader, stop.Token);
            var code = await RemoteCommand.CodeAsync(container, io, command, stop.Token).ConfigureAwait(false);
            foreach (var name in (string[])["stdout", "stderr"])
            {
                if (streams.TryGetValue(name, out var output)) await output.WriteAsync(default, last: true, stop.Token).ConfigureAwait(false);
            }
            await streams["error"].WriteAsync(RemoteCommand.Status(code).ToUtf8(), last: true, stop.Token).ConfigureAwait(false);
            // The client closes the connection once it has the status.
            await reading.ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidDataException)
        {
            // The client left before its command was done.
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await pumping.ConfigureAwait(false);
        }
    }

    private static List<string> Expected(HttpRequest request)
    {
        var tty = request.IsTrue("tty");
        var names = new List<string> { "error" };
        if (request.IsTrue("stdin")) names.Add("stdin");
        if (request.IsTrue("stdout")) names.Add("stdout");
        if (request.IsTrue("stderr") && !tty) names.Add("stderr");
        return names;
    }

    private static ShellIo Io(
        ConcurrentDictionary<string, SpdyStream> streams,
        ChannelReader<byte[]> input,
        CancellationToken cancellationToken
    )
    {
        Task WriteAsync(string name, ReadOnlyMemory<byte> data) => streams.TryGetValue(name, out var to) || streams.TryGetValue("stdout", out to) ? to.WriteAsync(data, last: false, cancellationToken) : Task.CompletedTask;
        return new(input, d => WriteAsync("stdout", d), d => WriteAsync("stderr", d));
    }

    private static async Task PumpAsync(SpdyStream stdin, ChannelWriter<byte[]> to, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var read = await stdin.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
                foreach (var segment in read.Buffer) await to.WriteAsync(segment.ToArray(), cancellationToken).ConfigureAwait(false);
                stdin.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted) break;
            }
        }
        catch (OperationCanceledException)
        {
            // The command is over.
        }
        to.TryComplete();
    }
}
