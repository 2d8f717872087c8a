using Portal.Labs.Sessions;
using Xunit;

namespace Portal.Labs.Tests.Sessions;

public sealed class BlockPreviewTests
{
    [Theory]
    [InlineData("kubectl apply -f manifests/a.yaml -n bookinfo", "kubectl diff -f manifests/a.yaml -n bookinfo")]
    [InlineData("kubectl apply --server-side -k .", "kubectl diff --server-side -k .")]
    [InlineData("kubectl apply -f a.yaml --timeout=5s -o name", "kubectl diff -f a.yaml")]
    [InlineData("kubectl apply \\\n  -f a.yaml", "kubectl diff -f a.yaml")]
    [InlineData("kubectl create namespace bookinfo", "kubectl create namespace bookinfo --dry-run=server")]
    [InlineData("kubectl delete -f a.yaml", "kubectl delete -f a.yaml --dry-run=server")]
    [InlineData("kubectl label ns b a=\"$X\"", "kubectl label ns b a=\"$X\" --dry-run=server")]
    [InlineData("kubectl run a --image=b --dry-run=client", "kubectl run a --image=b --dry-run=client")]
    [InlineData("kubectl get pods", null)]
    [InlineData("kubectl apply -f - <<EOF\nkind: X\nEOF", null)]
    [InlineData("kubectl create ns a | cat", null)]
    [InlineData("kubectl delete pod $(kubectl get pod -o name)", null)]
    [InlineData("for i in 1 2; do kubectl delete pod $i; done", null)]
    [InlineData("echo kubectl delete pod a", null)]
    [InlineData("kubectl deleted", null)]
    public void CommandsOf_Command_IsWhatKubectlCanTry(string command, string? preview) =>
        Assert.Equal(preview is null ? [] : [preview], BlockPreview.CommandsOf([command]));

    [Theory]
    [InlineData("# first\nkubectl apply -f a.yaml\nkubectl get pods", true, false)]
    [InlineData("kubectl delete ns a", true, true)]
    [InlineData("curl -s http://x\nkubectl get pods", false, false)]
    public void IsPossible_Block_IsWhetherACommandChangesSomething(string code, bool possible, bool destructive) =>
        Assert.Equal((possible, destructive), (BlockPreview.IsPossible(code), BlockPreview.IsDestructive(code)));

    [Fact]
    public void Judge_Differences_AreNoFailure()
    {
        CommandSnapshot[] commands =
        [
            new() { Index = 0, Text = "kubectl diff -f a", Phase = RunPhase.Failed, ExitCode = 1 },
            new() { Index = 1, Text = "kubectl diff -f a", Phase = RunPhase.Failed, ExitCode = 2 },
            new() { Index = 2, Text = "kubectl delete ns a --dry-run=server", Phase = RunPhase.Failed, ExitCode = 1 },
        ];
        var run = new RunSnapshot { RunId = "r", BlockId = "b", Phase = RunPhase.Succeeded, Commands = [.. commands] };

        Assert.Equal(
            [RunPhase.Succeeded, RunPhase.Failed, RunPhase.Failed],
            BlockPreview.Judge(run).Commands.Select(c => c.Phase)
        );
    }
}
