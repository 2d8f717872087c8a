using System.Buffers;
using System.IO.Pipelines;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Streaming;

/// <summary>Connections from outside to programs that do not speak HTTP: each piece that comes in is one exchange.</summary>
internal static class RawEdge
{
    public static async Task RunAsync(ContainerInstance container, int port, IDuplexPipe transport)
    {
        try
        {
            while (true)
            {
                var read = await transport.Input.ReadAsync().ConfigureAwait(false);
                var body = read.Buffer.ToArray();
                transport.Input.AdvanceTo(read.Buffer.End);
                if (body.Length > 0)
                {
                    var reply = await container.HandleAsync(port, new HttpCall("", $"localhost:{port}", "", new HttpHeaders(), body) { Raw = true }, container.Pod.Cluster.Stopping).ConfigureAwait(false);
                    if (reply.Failed) break;
                    if (reply.Body.Length > 0) await transport.Output.WriteAsync(reply.Body).ConfigureAwait(false);
                }
                if (read.IsCompleted) break;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // Either side went away.
        }
        await transport.Input.CompleteAsync().ConfigureAwait(false);
        await transport.Output.CompleteAsync().ConfigureAwait(false);
    }
}
