using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Portal.Labs.Shell.Pty;
using Portal.Shared;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// The network of one workspace. A socket belongs to the network in which it was made, whoever uses it: the portal
/// makes some on a thread that visits, and then serves them as any other. Thread-safe.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly Guarded _guarded;
    private readonly Lock _gate = new();
    private ListeningSockets? _listening;

    /// <param name="process">A process in it; the namespace stays after it.</param>
    public NetworkNamespace(int process, Guarded guarded)
    {
        _guarded = guarded;
        _handle = new SafeFileHandle(Kernel.OpenToRead($"/proc/{process}/ns/net", follow: true), ownsHandle: true);
    }

    /// <summary>The calling thread is in it from now on, and what that thread starts.</summary>
    public void Enter() => Kernel.Enter(_handle, Kernel.NewNetwork);

    /// <summary>Prepares to be asked for ports, at little cost where the kernel can be asked.</summary>
    public async Task PrepareAsync()
    {
        try
        {
            _listening = await VisitAsync(() => new ListeningSockets()).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // A filter of a container may be in the way; there is another source.
        }
    }

    /// <summary>A socket that listens on an address of the workspace.</summary>
    public Task<Socket> ListenAsync(IPEndPoint address) => VisitAsync(() =>
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // bubblewrap gives the network its addresses meanwhile: IP_FREEBIND, or there may be none yet.
            socket.SetRawSocketOption(0, 15, BitConverter.GetBytes(1));
            socket.Bind(address);
            socket.Listen(512);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    });

    /// <summary>A connection to what listens on a port of the workspace.</summary>
    /// <exception cref="SocketException">Nothing listens there.</exception>
    public async Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        foreach (var address in new[] { IPAddress.Loopback, IPAddress.IPv6Loopback })
        {
            var socket = await VisitAsync(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp))
                .ConfigureAwait(false);
            try
            {
                socket.NoDelay = true;
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException e)
                when (e.SocketErrorCode == SocketError.ConnectionRefused && address == IPAddress.Loopback)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw new SocketException((int)SocketError.ConnectionRefused);
    }

    /// <summary>
    /// TCP ports that processes of the workspace listen on, in order; none when that cannot be told.
    /// </summary>
    public IReadOnlyCollection<int> ListeningPorts()
    {
        lock (_gate)
        {
            try
            {
                if (_listening is { } listening) return listening.Ports();
            }
            catch (IOException)
            {
                _listening?.Dispose();
                _listening = null;
            }
        }
        try
        {
            var lines = VisitAsync(() =>
                new[] { "tcp", "tcp6" }
                    .SelectMany(table => File.ReadAllLines($"/proc/thread-self/net/{table}").Skip(1))
                    .ToList());
            return [.. lines.GetAwaiter().GetResult().Select(ListeningPort).OfType<int>().Distinct().Order()];
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return [];
        }
    }

    public void Dispose()
    {
        _handle.Dispose();
        lock (_gate)
        {
            _listening?.Dispose();
            _listening = null;
        }
    }

    /// <summary>The port of a line of <c>/proc/net/tcp</c> when its state is LISTEN.</summary>
    internal static int? ListeningPort(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 3 && fields[3] == "0A"
            ? int.Parse(
                fields[1].AsSpan(fields[1].LastIndexOf(':') + 1),
                NumberStyles.HexNumber,
                CultureInfo.InvariantCulture
            )
            : null;
    }

    private Task<T> VisitAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        // A thread for it alone: it ends in there, and no other work is ever done in the wrong network.
        BlockingThread.Start("workspace network", _guarded, () =>
        {
            try
            {
                Enter();
                done.SetResult(work());
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                done.SetException(e);
            }
        }, () => done.TrySetCanceled());
        return done.Task;
    }
}
