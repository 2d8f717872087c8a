using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Controllers;
using Portal.Sandbox.Json;
using Xunit;

namespace Portal.Sandbox.Tests.Controllers;

/// <summary>Workload controllers, the scheduler and the volume binder.</summary>
public sealed class WorkloadClockTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private static string Deployment(int replicas, string image) => $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: {{{replicas}}}
          progressDeadlineSeconds: 60
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{ name: web, image: "{{{image}}}" }]
        """;

    [Fact]
    public async Task Deployment_WithABadImage_ExceedsItsDeadline()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply(Deployment(4, "nginx:1.25"));
        await bench.UntilAsync(() => bench.Find("deployments.apps", "web").Int(0, "status", "availableReplicas") == 4, TimeSpan.Zero);
        bench.Change("deployments.apps", "web", o => o.Obj("spec", "template", "spec")!.Objects("containers").First()["image"] = "nginx:nonsense");

        await bench.UntilAsync(() => bench.Find("deployments.apps", "web").Objects("status", "conditions").Any(c => c.Str("reason") == "ProgressDeadlineExceeded"), s_second);

        // A quarter may be missing and a quarter too many: three old pods stay, two new ones try.
        Assert.Equal(3, bench.Find("deployments.apps", "web").Int(0, "status", "availableReplicas"));
        Assert.Equal(2, bench.Find("deployments.apps", "web").Int(0, "status", "updatedReplicas"));
        Assert.Matches("^ReplicaSet \"web-.*\" has timed out progressing\\.$", bench.Find("deployments.apps", "web").Objects("status", "conditions").First(c => c.Str("type") == "Progressing").Str("message"));

        bench.Change("deployments.apps", "web", o => o.Ensure("spec")["replicas"] = 8);
        await bench.UntilAsync(() => bench.Cluster.Store.Snapshot.List("replicasets.apps").Sum(s => s.Parse().Int(0, "spec", "replicas")) == 10, TimeSpan.Zero);
        Assert.Equal([4, 6], bench.Cluster.Store.Snapshot.List("replicasets.apps").Select(s => s.Parse().Int(0, "spec", "replicas")).Order());
    }

    [Theory]
    [InlineData("nodeSelector: {disk: ssd}", "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.")]
    [InlineData("volumes: [{name: d, persistentVolumeClaim: {claimName: nope}}]", "0/3 nodes are available: persistentvolumeclaim \"nope\" not found. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.")]
    public async Task Pod_ThatFitsNowhere_SaysWhy(string spec, string message)
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx}], " + spec + "}\n");

        await bench.UntilAsync(() => bench.HasEvent("web", "FailedScheduling", message), TimeSpan.Zero);
    }

    [Fact]
    public async Task Pod_OfHigherPriority_TakesThePlaceOfAnother()
    {
        await using var bench = await ControllerBench.StartAsync();
        foreach (var i in Enumerable.Range(0, 2)) bench.Apply($"apiVersion: v1\nkind: Pod\nmetadata: {{name: low-{i}}}\nspec: {{containers: [{{name: web, image: nginx, resources: {{requests: {{cpu: \"7\"}}}}}}]}}\n");
        await bench.UntilAsync(() => bench.Pods.All(p => p.NodeName.Length > 0), TimeSpan.Zero);
        bench.Apply("apiVersion: v1\nkind: Pod\nmetadata: {name: high}\nspec: {containers: [{name: web, image: nginx, resources: {requests: {cpu: \"4\"}}}]}\n");
        await bench.UntilAsync(() => bench.HasEvent("high", "FailedScheduling", "2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod."), TimeSpan.Zero);

        bench.Apply("apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: urgent}\nvalue: 1000\n");
        bench.Apply("apiVersion: v1\nkind: Pod\nmetadata: {name: urgent}\nspec: {priorityClassName: urgent, priority: 1000, containers: [{name: web, image: nginx, resources: {requests: {cpu: \"4\"}}}]}\n");

        await bench.UntilAsync(() => bench.Find("pods", "urgent").Str("spec", "nodeName") is { Length: > 0 }, s_second);
        Assert.Single(bench.Pods, p => p.Name.StartsWith("low", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Claim_OfAClassThatWaits_IsBoundForItsFirstConsumerAndGoesAfterIt()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], storageClassName: standard, resources: {requests: {storage: 1Gi}}}\n");
        await bench.UntilAsync(() => bench.HasEvent("data", "WaitForFirstConsumer", "waiting for first consumer to be created before binding"), TimeSpan.Zero);
        bench.Apply("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: web, image: nginx, volumeMounts: [{name: d, mountPath: /data}]}], volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}\n");
        await bench.UntilAsync(() => bench.Find("pods", "web").Str("status", "phase") == "Running", TimeSpan.Zero);

        Assert.Equal("Bound", bench.Find("persistentvolumeclaims", "data").Str("status", "phase"));
        bench.Cluster.Operations.Delete(bench.Cluster.Catalog.FindResource("persistentvolumeclaims")!, "default", "data", DeleteOptions.Background);
        await bench.SettleAsync();
        Assert.NotNull(bench.Find("persistentvolumeclaims", "data"));

        bench.Cluster.Operations.Delete(bench.Cluster.Catalog.FindResource("pods")!, "default", "web", DeleteOptions.Background);
        await bench.UntilAsync(() => bench.Find("persistentvolumeclaims", "data") is null && !bench.Cluster.Store.Snapshot.List("persistentvolumes").Any(), s_second);
    }

    [Fact]
    public async Task Job_ThatFailsTooOften_IsFailed()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("apiVersion: batch/v1\nkind: Job\nmetadata: {name: bad}\nspec: {backoffLimit: 2, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, 'exit 3']}]}}}\n");

        await bench.UntilAsync(() => bench.HasEvent("bad", "BackoffLimitExceeded", "Job has reached the specified backoff limit"), s_second);

        Assert.Equal(3, bench.Pods.Count());
        Assert.Equal(["FailureTarget", "Failed"], bench.Find("jobs.batch", "bad").Objects("status", "conditions").Select(c => c.Str("type")));
        // The second pod waited ten seconds, the third twenty.
        Assert.True(bench.Time.GetUtcNow() >= new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero));
    }

    [Fact]
    public async Task Eviction_AgainstABudget_IsRefusedWithItsNumbers()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply(Deployment(1, "nginx:1.25"));
        bench.Apply("apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: keep}\nspec: {minAvailable: 1, selector: {matchLabels: {app: web}}}\n");
        await bench.UntilAsync(() => bench.Find("poddisruptionbudgets.policy", "keep").Int(0, "status", "currentHealthy") == 1, TimeSpan.Zero);

        var refused = Assert.Throws<ApiException>(() => Eviction.Run(bench.Cluster, "default", bench.Pods.First().Name, new JsonObject()));

        Assert.Equal(429, refused.Code);
        Assert.Equal("Cannot evict pod as it would violate the pod's disruption budget.", refused.Message);
        Assert.Contains("The disruption budget keep needs 1 healthy pods and has 1 currently", refused.ToStatus().ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Autoscaler_OfABusyDeployment_GrowsIt()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply(Deployment(1, "nginx:1.25").Replace("image: \"nginx:1.25\"", "image: \"nginx:1.25\", resources: {requests: {cpu: 100m}}", StringComparison.Ordinal));
        await bench.UntilAsync(() => bench.Find("deployments.apps", "web").Int(0, "status", "availableReplicas") == 1, TimeSpan.Zero);
        bench.Cluster.Pods.All.Single(p => p.Name.StartsWith("web", StringComparison.Ordinal)).Containers["web"].Usage.BusyCores = 0.149;

        bench.Apply("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 5, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}\n");

        await bench.UntilAsync(() => bench.HasEvent("web", "SuccessfulRescale", "New size: 3; reason: cpu resource utilization (percentage of request) above target"), s_second);
        await bench.UntilAsync(() => bench.Find("deployments.apps", "web").Int(0, "status", "availableReplicas") == 3, TimeSpan.Zero);
    }

    [Fact]
    public async Task Revisions_OfAStatefulSet_AreKeptAndComeBack()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {serviceName: db, replicas: 2, selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: \"nginx:1.25\"}]}}}\n");
        await bench.UntilAsync(() => bench.Find("statefulsets.apps", "db").Int(0, "status", "readyReplicas") == 2, TimeSpan.Zero);
        void Image(string image) => bench.Change("statefulsets.apps", "db", o => o.Obj("spec", "template", "spec")!.Objects("containers").First()["image"] = image);
        string? Images() => string.Join(' ', bench.Pods.Where(p => !p.IsDeleting).Select(p => p.Parse().Objects("spec", "containers").First().Str("image")));

        Image("nginx:1.27");
        await bench.UntilAsync(() => Images() == "nginx:1.27 nginx:1.27" && bench.Find("statefulsets.apps", "db").Int(0, "status", "readyReplicas") == 2, s_second);
        Image("nginx:1.25");
        await bench.UntilAsync(() => Images() == "nginx:1.25 nginx:1.25", s_second);

        Assert.Equal([2, 3], bench.Cluster.Store.Snapshot.List("controllerrevisions.apps").Select(r => r.Parse().Int(0, "revision")).Order());
    }
}
