using System.Net.Sockets;

namespace Portal.Clusters;

/// <summary>Hands the connections of workspaces on to one host and port, whatever they carry.</summary>
/// <param name="start">Starts work that nobody awaits, under a name.</param>
public sealed class TcpRelay(string host, int port, Func<string, Func<Task>, Action?, Task> start)
{
    /// <summary>Takes over a connection; it ends when either side does.</summary>
    public void Serve(Socket inside) =>
        _ = start($"connection to {host}:{port}", () => RelayAsync(inside), inside.Dispose);

    private async Task RelayAsync(Socket inside)
    {
        using var outside = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        inside.NoDelay = true;
        try
        {
            await outside.ConnectAsync(host, port).ConfigureAwait(false);
            await Task.WhenAll(CopyAsync(inside, outside), CopyAsync(outside, inside)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Nobody there, or gone: the other side sees its connection end.
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                for (var sent = 0; sent < read; )
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent)).ConfigureAwait(false);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // A broken half ends both, or the other would wait for ever.
            from.Close();
            to.Close();
            throw;
        }
    }
}
