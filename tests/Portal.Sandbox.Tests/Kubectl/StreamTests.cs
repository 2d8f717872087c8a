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
        await shell.RunAsync("kubectl run box --image=busybox -- sleep infinity && kubectl wait --for=condition=ready pod/box --timeout=30s");

        var result = await shell.RunAsync($"export KUBECTL_REMOTE_COMMAND_WEBSOCKETS={webSockets}; printf 'b\\na\\n' | kubectl exec -i box -- sort; kubectl exec box -- sh -c 'echo out; echo err >&2; exit 3'");

        Assert.Equal("a\nb\nout\n", result.Output);
        Assert.Contains("err", result.Error, StringComparison.Ordinal);
        Assert.Equal(3, result.ExitCode);
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
