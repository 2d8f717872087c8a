using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Portal.Labs.Shell;
using Portal.Labs.Shell.Isolation;
using Portal.Testing;
using Xunit;

namespace Portal.Labs.Tests.Shell.Isolation;

/// <summary>A learner's workspace, a neighbour's, and a portal with something to hide.</summary>
public abstract class Neighbourhood : WorkspaceFixture
{
    private readonly string _abstract = $"portal-test-{Guid.NewGuid():N}";
    private readonly List<Socket> _listening = [];
    private Workspace _neighbour = null!;
    private Dictionary<string, string> _things = [];

    protected string NeighbourMark { get; } = $"{Random.Shared.Next(1_000_000, 9_000_000)}";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var other = Spec with { Directory = Path.Combine(Root, "neighbour") };
        _neighbour = await Workspace
            .CreateAsync(other, Isolation, Guarded, TimeProvider.System, CancellationToken.None)
            .DefaultTimeout();
        await NeighbourAsync(
            $"sleep {NeighbourMark} & perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => \"127.0.0.1\", LocalPort => 8080, ReuseAddr => 1) or die; while ($c = $s->accept) {{ print $c \"HTTP/1.0 200 OK\\r\\n\\r\\nneighbour\"; close $c }}' & until curl -s http://localhost:8080 >/dev/null; do :; done"
        );
        var secret = Path.Combine(Root, "portal.db");
        await File.WriteAllTextAsync(secret, "secret");
        var port = Answer(
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp),
            new IPEndPoint(IPAddress.Any, 0)
        );
        var socket = Path.Combine(Root, "portal.sock");
        Answer(
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            new UnixDomainSocketEndPoint(socket)
        );
        Answer(
            new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            new UnixDomainSocketEndPoint("\0" + _abstract)
        );
        _things = new()
        {
            ["{secret}"] = secret,
            ["{neighbour-home}"] = Path.Combine(Root, "neighbour", "home"),
            ["{neighbour-mark}"] = NeighbourMark,
            ["{portal-process}"] = $"{Environment.ProcessId}",
            ["{portal-port}"] = $"{((IPEndPoint)port!).Port}",
            ["{abstract}"] = _abstract,
            ["{socket}"] = socket,
            ["{template}"] = Spec.Template!,
            ["{tools}"] = Spec.ToolsDirectory!,
            ["{manifests}"] = Spec.Manifests!,
            ["{input}"] = Path.Combine(Spec.Directory, "in"),
            ["{addresses}"] = string.Join(
                ' ',
                NetworkInterface
                    .GetAllNetworkInterfaces()
                    .SelectMany(i => i.GetIPProperties().UnicastAddresses)
                    .Select(a => a.Address)
                    .Where(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a))
            ),
        };
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var socket in _listening) socket.Dispose();
        await _neighbour.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>What a script prints in the learner's shell, apart from what it asked for.</summary>
    internal async Task<string> TryAsync(string script) =>
        await Output(
            _things.Aggregate(script, (text, thing) => text.Replace(thing.Key, thing.Value, StringComparison.Ordinal))
                + "; echo tried"
        );

    internal async Task<string> NeighbourAsync(string command)
    {
        var output = new OutputText(100_000);
        await _neighbour
            .ExecuteAsync(command, TestTimeouts.Default, t => output.Append(t), CancellationToken.None)
            .DefaultTimeout();
        return output.ToString();
    }

    private EndPoint? Answer(Socket socket, EndPoint address)
    {
        socket.Bind(address);
        socket.Listen();
        _listening.Add(socket);
        _ = Guarded.Start("answer", async () =>
        {
            while (true)
            {
                using var visitor = await socket.AcceptAsync();
                await visitor.SendAsync(Encoding.ASCII.GetBytes("HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nsecret"));
                visitor.Shutdown(SocketShutdown.Both);
            }
        });
        return socket.LocalEndPoint;
    }
}
