using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>Pods as learners meet them.</summary>
[Collection(SandboxCollection.Name)]
public sealed class PodLifeTests(SandboxFixture sandbox)
{
    [Fact]
    public async Task Job_Completed_KeepsItsOutput()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create job once --image=busybox -- sh -c 'echo first; echo second' && kubectl wait --for=condition=complete job/once --timeout=30s");

        Assert.Equal("first\nsecond\n", (await shell.RunAsync("kubectl logs job/once")).Text);
        Assert.Contains("Completed", (await shell.RunAsync("kubectl get pods --no-headers")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ForOneCommand_ShowsItsOutputAndRemovesThePod()
    {
        var (_, shell) = sandbox.NewCluster();

        var result = await shell.RunAsync("kubectl run once --image=busybox --restart=Never --rm -i -- echo from-the-pod");

        Assert.Contains("from-the-pod", result.Text, StringComparison.Ordinal);
        Assert.Contains("No resources found", (await shell.RunAsync("kubectl get pods")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Container_ThatFails_ComesToCrashLoopBackOff()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl run broken --image=busybox -- sh -c 'echo oops; exit 1'");

        await shell.RunAsync("kubectl wait pod/broken --for=jsonpath='{.status.containerStatuses[0].state.waiting.reason}'=CrashLoopBackOff --timeout=30s");

        Assert.Contains("CrashLoopBackOff", (await shell.RunAsync("kubectl get pods --no-headers")).Text, StringComparison.Ordinal);
        Assert.Equal("oops\n", (await shell.RunAsync("kubectl logs broken --previous")).Text);
        Assert.Contains("Back-off restarting failed container", (await shell.RunAsync("kubectl describe pod broken")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollout_OfANewImage_CanBeUndone()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create deployment web --image=nginx:1.25 --replicas=3 && kubectl rollout status deploy/web --timeout=30s");
        await shell.RunAsync("kubectl set image deploy/web nginx=nginx:1.27 && kubectl rollout status deploy/web --timeout=30s");

        Assert.Contains("rolled back", (await shell.RunAsync("kubectl rollout undo deploy/web")).Text, StringComparison.Ordinal);
        await shell.RunAsync("kubectl rollout status deploy/web --timeout=30s");

        Assert.Equal("nginx:1.25 3", (await shell.RunAsync("kubectl get deploy web -o jsonpath='{.spec.template.spec.containers[0].image} {.status.readyReplicas}'")).Text);
    }

    [Fact]
    public async Task Namespace_ThatTheClusterNeeds_IsNotDeleted()
    {
        var (_, shell) = sandbox.NewCluster();

        var result = await shell.RunAsync("kubectl delete namespace default");

        Assert.Contains("namespaces \"default\" is forbidden: this namespace may not be deleted", result.Error, StringComparison.Ordinal);
    }
}
