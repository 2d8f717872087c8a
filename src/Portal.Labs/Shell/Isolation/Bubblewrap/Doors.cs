using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Portal.Clusters;
using Portal.Shared;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// What a workspace reaches besides itself: its cluster's API, and the hosts that the operator names. Each is an
/// address of the workspace's own network at which the portal answers.
/// </summary>
internal sealed class Doors : IAsyncDisposable
{
    /// <summary>Loopback addresses that nothing in a lesson uses; the last number counts.</summary>
    private const string Network = "127.77.0.";

    private readonly List<(IPEndPoint Address, Action<Socket> Serve)> _doors = [];
    private readonly Guarded _guarded;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private List<Socket> _listeners = [];

    public Doors(ClusterEntrance? entrance, IEnumerable<EgressTarget> egress, Guarded guarded)
    {
        _guarded = guarded;
        var hosts = new StringBuilder();
        var addresses = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (entrance is not null)
        {
            _doors.Add(
                (
                    entrance.HostName is null ? entrance.Address : Named(entrance.HostName, entrance.Address.Port),
                    entrance.Serve
                )
            );
        }
        foreach (var target in egress)
        {
            var relay = new TcpRelay(target.Host, target.Port, guarded.Start);
            _doors.Add((Named(target.Host, target.Port), relay.Serve));
        }
        Hosts = hosts.ToString();

        IPEndPoint Named(string name, int port)
        {
            if (!addresses.TryGetValue(name, out var address))
            {
                address = addresses[name] = Network + (addresses.Count + 1).ToString(CultureInfo.InvariantCulture);
                hosts.Append(CultureInfo.InvariantCulture, $"{address} {name}\n");
            }
            return new IPEndPoint(IPAddress.Parse(address), port);
        }
    }

    /// <summary>Lines of <c>/etc/hosts</c>.</summary>
    public string Hosts { get; }

    /// <summary>Opens all in a new network; those of the last one close.</summary>
    public async Task OpenAsync(NetworkNamespace network)
    {
        var listeners = new List<Socket>();
        foreach (var (address, serve) in _doors)
        {
            var listener = await network.ListenAsync(address).ConfigureAwait(false);
            listeners.Add(listener);
            _ = _guarded.Keep("door of a workspace", c => AcceptAsync(listener, serve, c), _closing.Token);
        }
        List<Socket> before;
        lock (_gate) (before, _listeners) = (_listeners, listeners);
        before.ForEach(l => l.Dispose());
        if (_closing.IsCancellationRequested) listeners.ForEach(l => l.Dispose());
    }

    /// <summary>Without the ports at which the portal answers.</summary>
    public IReadOnlyList<int> WithoutOwn(IEnumerable<int> ports) =>
        [.. ports.Where(p => !_doors.Exists(d => d.Address.Port == p))];

    private static async Task AcceptAsync(Socket listener, Action<Socket> serve, CancellationToken closing)
    {
        while (true)
        {
            try
            {
                serve(await listener.AcceptAsync(closing).ConfigureAwait(false));
            }
            catch (Exception e)
                when (e is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
            {
                return; // the next shell has doors of its own
            }
            catch (SocketException e)
                when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // Whoever knocked has gone.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        lock (_gate) _listeners.ForEach(l => l.Dispose());
    }
}
