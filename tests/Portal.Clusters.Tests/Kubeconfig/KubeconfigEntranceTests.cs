using System.Net;
using System.Net.Sockets;
using Portal.Clusters.Kubeconfig;
using Portal.Testing;
using Xunit;

namespace Portal.Clusters.Tests.Kubeconfig;

public sealed class KubeconfigEntranceTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Of_ServerOnLoopback_StaysWhereItIs()
    {
        var entrance = Of("https://127.0.0.1:41234");

        Assert.Equal((IPEndPoint.Parse("127.0.0.1:41234"), (string?)null), (entrance.Address, entrance.HostName));
        Assert.Contains("server: https://127.0.0.1:41234", entrance.Kubeconfig);
    }

    [Fact]
    public void Of_ServerWithAName_KeepsTheNameThatItsCertificateHas()
    {
        var entrance = Of("https://api.example.org:6443");

        Assert.Equal(("api.example.org", 6443), (entrance.HostName, entrance.Address.Port));
        Assert.Contains("server: https://api.example.org:6443", entrance.Kubeconfig);
        Assert.DoesNotContain("tls-server-name", entrance.Kubeconfig);
    }

    [Fact]
    public void Of_ServerWithAnAddress_GetsANameAndIsStillVerifiedByItsAddress()
    {
        var entrance = Of("https://10.1.2.3:6443/path");

        Assert.Equal("kubernetes.lab", entrance.HostName);
        Assert.Contains("server: https://kubernetes.lab:6443/path", entrance.Kubeconfig);
        Assert.Contains("tls-server-name: 10.1.2.3", entrance.Kubeconfig);
    }

    [Fact]
    public void Of_FilesOfTheMachine_AreInIt()
    {
        var authority = _directory.Write("ca.crt", "authority");
        var token = _directory.Write("token", "secret\n");

        var entrance = Of("https://api:6443", $"certificate-authority: {authority}", $"tokenFile: {token}");

        Assert.Contains("certificate-authority-data: YXV0aG9yaXR5", entrance.Kubeconfig);
        Assert.Contains("token: secret", entrance.Kubeconfig);
        Assert.DoesNotContain(_directory.Path, entrance.Kubeconfig);
    }

    [Fact]
    public void Of_FileThatIsNotThere_NamesIt() =>
        Assert.Contains(
            "/nowhere/key",
            Assert
                .Throws<ClusterUnavailableException>(() => Of("https://api:6443", null, "client-key: /nowhere/key"))
                .Message
        );

    [Fact]
    public async Task Serve_Connection_ReachesTheServerBothWaysAndEndsWithIt()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var entrance = Of($"https://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}");
        var (client, inside) = await ConnectedAsync();
        using (client)
        {
            entrance.Serve(inside);
            using var served = await server.AcceptSocketAsync().DefaultTimeout();
            await client.SendAsync("ping"u8.ToArray());
            var received = new byte[4];
            Assert.Equal(4, await served.ReceiveAsync(received).DefaultTimeout());
            Assert.Equal("ping"u8, received);

            await served.SendAsync("pong"u8.ToArray());
            Assert.Equal(4, await client.ReceiveAsync(received).DefaultTimeout());
            served.Shutdown(SocketShutdown.Both);
            served.Close();
            Assert.Equal(0, await client.ReceiveAsync(received).DefaultTimeout());
        }
    }

    private static async Task<(Socket Client, Socket Accepted)> ConnectedAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        return (client, await listener.AcceptSocketAsync());
    }

    private static ClusterEntrance Of(string server, string? cluster = null, string? user = null) =>
        KubeconfigEntrance.Of(
            $$"""
            clusters:
            - name: c
              cluster:
                server: {{server}}
                {{cluster}}
            users:
            - name: u
              user:
                username: someone
                {{user}}
            """,
            Start
        );

    private static async Task Start(string name, Func<Task> work, Action? ended)
    {
        await work();
        ended?.Invoke();
    }
}
