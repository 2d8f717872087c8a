using System.Net.WebSockets;
using System.Text;
using Portal.Sandbox.Tests.Api;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>exec and port-forward in the protocols of new kubectl (WebSocket) and old (SPDY).</summary>
[Collection(SandboxCollection.Name)]
public sealed class StreamTests(SandboxFixture sandbox)
{
    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Exec_WithInput_GivesOutputErrorsAndExitCode(string webSockets)
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync(
            "kubectl run box --image=busybox -- sleep infinity && kubectl wait --for=condition=ready pod/box "
                + "--timeout=30s"
        );

        var result = await shell.RunAsync($"export KUBECTL_REMOTE_COMMAND_WEBSOCKETS={webSockets}; printf 'b\\na\\n' | kubectl exec -i box -- sort; kubectl exec box -- sh -c 'echo out; echo err >&2; exit 3'");

        Assert.Equal("a\nb\nout\n", result.Output);
        Assert.Contains("err", result.Error, StringComparison.Ordinal);
        Assert.Equal(3, result.ExitCode);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Exec_OfADeletedCluster_Ends(string webSockets)
    {
        var (cluster, shell) = sandbox.NewCluster();
        await shell.RunAsync(
            "kubectl run box --image=busybox -- sleep infinity && kubectl wait --for=condition=ready pod/box "
                + "--timeout=30s"
        );
        var exec = shell.RunAsync(
            $"export KUBECTL_REMOTE_COMMAND_WEBSOCKETS={webSockets}; kubectl exec box -- sh -c 'touch /tmp/on; "
                + "sleep 1000'"
        );
        await shell.RunAsync("until kubectl exec box -- test -e /tmp/on; do sleep 0.1; done");

        await sandbox.Server.DeleteAsync(cluster.Id);

        // An old kubectl takes a stream that ends without a status for success.
        Assert.Equal(webSockets == "false", (await exec.DefaultTimeout()).ExitCode == 0);
    }

    [Fact]
    public async Task Exec_MessageWithoutAnEnd_IsHandedOnAsItComes()
    {
        var (cluster, shell) = sandbox.NewCluster();
        await shell.RunAsync(
            "kubectl run box --image=busybox -- sleep infinity && kubectl wait --for=condition=ready pod/box "
                + "--timeout=30s"
        );
        using var client = BadInputTests.Client(out var address, cluster);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        var exec = new Uri(
            address.Replace("https:", "wss:", StringComparison.Ordinal)
                + "/api/v1/namespaces/default/pods/box/exec?command=cat&stdin=true&stdout=true"
        );
        await socket.ConnectAsync(exec, client, TestContext.Current.CancellationToken);

        await socket.SendAsync(
            "\0hel"u8.ToArray(),
            WebSocketMessageType.Binary,
            false,
            TestContext.Current.CancellationToken
        );
        await socket.SendAsync(
            "lo"u8.ToArray(),
            WebSocketMessageType.Binary,
            false,
            TestContext.Current.CancellationToken
        );

        var seen = "";
        var buffer = new byte[100];
        while (seen != "hello")
        {
            var piece = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).DefaultTimeout();
            seen += Encoding.ASCII.GetString(buffer, 1, piece.Count - 1);
        }
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task PortForward_ToAPod_CarriesManyRequests(string webSockets)
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl run web --image=nginx --port=80 && kubectl wait --for=condition=ready pod/web --timeout=30s");
        using var forward = shell.Start($"KUBECTL_PORT_FORWARD_WEBSOCKETS={webSockets} exec kubectl port-forward pod/web :80");
        try
        {
            var line = (await forward.StandardOutput.ReadLineAsync().DefaultTimeout())!;
            var port = line[(line.IndexOf("127.0.0.1:", StringComparison.Ordinal) + 10)..].Split(' ')[0];

            var result = await shell.RunAsync($"for i in $(seq 30); do curl -s http://localhost:{port}/ | grep -c 'Welcome to nginx!' || exit 1; done | sort | uniq -c");

            Assert.Contains("30 2", result.Text, StringComparison.Ordinal);
        }
        finally
        {
            forward.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task PortForward_ToAPortThatNothingServes_SaysRefused()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl run web --image=nginx --port=80 && kubectl wait --for=condition=ready pod/web --timeout=30s");
        using var forward = shell.Start("exec kubectl port-forward pod/web :81");
        try
        {
            var line = (await forward.StandardOutput.ReadLineAsync().DefaultTimeout())!;
            var port = line[(line.IndexOf("127.0.0.1:", StringComparison.Ordinal) + 10)..].Split(' ')[0];

            Assert.NotEqual(0, (await shell.RunAsync($"curl -s -m 5 http://localhost:{port}/")).ExitCode);

            Assert.Contains("connection refused", (await forward.StandardError.ReadLineAsync().DefaultTimeout())!, StringComparison.Ordinal);
        }
        finally
        {
            forward.Kill(entireProcessTree: true);
        }
    }
}
