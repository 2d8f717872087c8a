using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using k8s;

namespace Portal.Clusters.Api;

/// <summary>
/// Runs a command in a container. KubernetesClient's own way reads streams by blocking threads of the pool, three for
/// each command, and leaves the socket open until it is collected: one learner's checks would hold up the whole portal.
/// </summary>
internal static class PodExec
{
    private const byte Stdout = 1, Stderr = 2, Status = 3;

    /// <summary>Of each stream, the bytes that are kept; a command in a learner's pod may print without end.</summary>
    private const int Limit = 1024 * 1024;

    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(1);

    public static async Task<ExecResult> RunAsync(
        Kubernetes client,
        string @namespace,
        string pod,
        string container,
        IReadOnlyList<string> command,
        CancellationToken cancellationToken
    )
    {
        using var socket = await client
            .WebSocketNamespacedPodExecAsync(
                pod,
                @namespace,
                command,
                container,
                stdin: false,
                tty: false,
                cancellationToken: cancellationToken
            )
            .ConfigureAwait(false);
        using MemoryStream output = new(), error = new(), status = new();
        var buffer = new byte[32 * 1024];
        byte? channel = null;
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close) break;
            var data = buffer.AsMemory(0, received.Count);
            if (channel is null && !data.IsEmpty) (channel, data) = (data.Span[0], data[1..]);
            var stream = channel switch
            {
                Stdout => output,
                Stderr => error,
                Status => status,
                _ => null,
            };
            stream?.Write(data.Span[..(int)Math.Min(data.Length, Limit - stream.Length)]);
            if (received.EndOfMessage) channel = null;
        }
        await CloseAsync(socket).ConfigureAwait(false);
        return new(
            ExitCode(status.ToArray()),
            Encoding.UTF8.GetString(output.ToArray()),
            Encoding.UTF8.GetString(error.ToArray())
        );
    }

    private static async Task CloseAsync(WebSocket socket)
    {
        using var limit = new CancellationTokenSource(s_farewell);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // Everything was received; the server need not hear the goodbye.
        }
    }

    /// <summary>The exit status in what the error channel says (a Status of meta/v1).</summary>
    private static int ExitCode(byte[] status)
    {
        if (status.Length == 0) throw new IOException("The connection ended before the command did.");
        using var document = JsonDocument.Parse(status);
        var root = document.RootElement;
        if (root.Find("status").Text() == "Success") return 0;
        var code = root.Find("details", "causes").Items().FirstOrDefault(c => c.Find("reason").Text() == "ExitCode");
        return int.TryParse(code.Find("message").Text(), CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new IOException(root.Find("message").Text() ?? "The command could not be run.");
    }
}
