using Xunit;

namespace Portal.Sandbox.Tests.Kubectl;

/// <summary>Workloads other than deployments, as kubectl shows them.</summary>
[Collection(SandboxCollection.Name)]
public sealed class WorkloadTests(SandboxFixture sandbox)
{
    [Fact]
    public async Task StatefulSet_CreatedUpdatedAndScaled_KeepsNamesAndClaims()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("""
            kubectl apply -f - <<'E'
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: db}
            spec:
              serviceName: db
              replicas: 3
              selector: {matchLabels: {app: db}}
              template:
                metadata: {labels: {app: db}}
                spec: {terminationGracePeriodSeconds: 0, containers: [{name: db, image: nginx}]}
              volumeClaimTemplates:
              - metadata: {name: data}
                spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            E
            """);

        Assert.Contains("partitioned roll out complete: 3 new pods have been updated...", (await shell.RunAsync("kubectl rollout status statefulset db --timeout=30s")).Text, StringComparison.Ordinal);
        Assert.Equal("db-0 db-1 db-2", (await shell.RunAsync("kubectl get pods -l app=db -o jsonpath={.items[*].metadata.name}")).Text);
        Assert.Equal("data-db-0 data-db-1 data-db-2", (await shell.RunAsync("kubectl get pvc -o jsonpath={.items[*].metadata.name}")).Text);

        await shell.RunAsync("kubectl set image statefulset db db=httpd && kubectl rollout status statefulset db --timeout=30s");
        Assert.Equal("httpd httpd httpd", (await shell.RunAsync("kubectl get pods -l app=db -o jsonpath={.items[*].spec.containers[0].image}")).Text);

        await shell.RunAsync("kubectl scale statefulset db --replicas=1 && kubectl wait --for=delete pod/db-1 pod/db-2 --timeout=30s");
        Assert.Equal("db-0", (await shell.RunAsync("kubectl get pods -l app=db -o jsonpath={.items[*].metadata.name}")).Text);
    }

    [Fact]
    public async Task DaemonSet_OnEveryWorker_FollowsItsTemplate()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("""
            kubectl apply -f - <<'E'
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: {name: agent}
            spec:
              selector: {matchLabels: {app: agent}}
              template:
                metadata: {labels: {app: agent}}
                spec: {terminationGracePeriodSeconds: 0, containers: [{name: agent, image: nginx}]}
            E
            """);
        var workers = (await shell.RunAsync("kubectl get nodes -l '!node-role.kubernetes.io/control-plane' -o jsonpath={.items[*].metadata.name}")).Text;

        Assert.Contains("daemon set \"agent\" successfully rolled out", (await shell.RunAsync("kubectl rollout status daemonset agent --timeout=30s")).Text, StringComparison.Ordinal);
        var nodes = (await shell.RunAsync("kubectl get pods -l app=agent -o jsonpath={.items[*].spec.nodeName}")).Text;
        Assert.Equal(workers.Split(' ').Order(StringComparer.Ordinal), nodes.Split(' ').Order(StringComparer.Ordinal));

        await shell.RunAsync("kubectl set image daemonset agent agent=httpd && kubectl rollout status daemonset agent --timeout=30s");
        Assert.All((await shell.RunAsync("kubectl get pods -l app=agent -o jsonpath={.items[*].spec.containers[0].image}")).Text.Split(' '), image => Assert.Equal("httpd", image));
    }

    [Fact]
    public async Task CronJob_WhoseTimeHasPassed_MakesOneJob()
    {
        var (_, shell) = sandbox.NewCluster();
        await shell.RunAsync("kubectl create cronjob tick --image=busybox --schedule=@hourly -- echo hello");

        Assert.Contains("condition met", (await shell.RunAsync("""
            kubectl patch cronjob tick --subresource=status --type=merge -p "{\"status\":{\"lastScheduleTime\":\"$(date -u -d '-2 hours' +%Y-%m-%dT%H:%M:%SZ)\"}}"
            kubectl wait cronjob tick --for=jsonpath='{.status.lastScheduleTime}'=$(date -u +%Y-%m-%dT%H:00:00Z) --timeout=30s
            """)).Text, StringComparison.Ordinal);

        Assert.Matches("^tick-[0-9]+$", (await shell.RunAsync("kubectl get jobs -o jsonpath={.items[*].metadata.name}")).Text);
        var done = await shell.RunAsync("kubectl wait job --all --for=condition=complete --timeout=20s || kubectl get jobs,pods -o yaml");
        Assert.True(done.Output.Contains("condition met", StringComparison.Ordinal), done.Output + done.Error);
    }
}
