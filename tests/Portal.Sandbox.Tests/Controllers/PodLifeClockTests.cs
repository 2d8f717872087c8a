using Portal.Sandbox.Json;
using Portal.Testing;
using Xunit;

namespace Portal.Sandbox.Tests.Controllers;

/// <summary>The stages of a pod's life that take time.</summary>
public sealed class PodLifeClockTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task LivenessProbe_ThatFails_RestartsTheContainer()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: live}
            spec:
              containers:
              - name: web
                image: busybox:1.36
                command: [sh, -c, "touch /tmp/healthy; sleep 20; rm /tmp/healthy; sleep 600"]
                livenessProbe: {exec: {command: [cat, /tmp/healthy]}, periodSeconds: 5}
            """);

        await bench.UntilAsync(() => bench.Find("pods", "live").Objects("status", "containerStatuses").FirstOrDefault().Int(0, "restartCount") == 1, s_second);

        Assert.True(bench.HasEvent("live", "Unhealthy", "Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory"));
        Assert.True(bench.HasEvent("live", "Killing", "Container web failed liveness probe, will be restarted"));
        // Three failures five seconds apart after the file went: not before half a minute.
        Assert.True(bench.Time.GetUtcNow() >= new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero));
    }

    [Fact]
    public async Task ReadinessProbe_OfAMissingPage_KeepsThePodOutOfItsService()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("""
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec: {selector: {app: web}, ports: [{port: 80}]}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, labels: {app: web}}
            spec: {containers: [{name: web, image: "nginx:1.25", readinessProbe: {httpGet: {path: /ready, port: 80}, periodSeconds: 5}}]}
            """);
        await bench.UntilAsync(() => bench.HasEvent("web", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404"), s_second);

        Assert.Empty(bench.Find("endpoints", "web").Objects("subsets").SelectMany(s => s.Objects("addresses")));

        var files = bench.Cluster.Pods.Find(new("default", "web"))!.Containers["web"].Files;
        files.MakeDirectory("/usr/share/nginx/html");
        files.Write("/usr/share/nginx/html/ready", "yes"u8.ToArray());
        await bench.UntilAsync(() => bench.Find("endpoints", "web").Objects("subsets").SelectMany(s => s.Objects("addresses")).Any(), s_second);
    }

    [Fact]
    public async Task InitContainers_RunInOrderAndShareVolumes()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: init}
            spec:
              volumes: [{name: work, emptyDir: {}}]
              initContainers:
              - name: first
                image: busybox
                command: [sh, -c, "sleep 3; echo made > /shared/file"]
                volumeMounts: [{name: work, mountPath: /shared}]
              - name: second
                image: busybox
                command: [sh, -c, "cat /shared/file"]
                volumeMounts: [{name: work, mountPath: /shared}]
              containers: [{name: web, image: "nginx:1.25"}]
            """);
        await bench.UntilAsync(() => bench.Find("pods", "init").Objects("status", "initContainerStatuses").FirstOrDefault().Obj("state", "running") is not null, TimeSpan.Zero);

        Assert.Equal("PodInitializing", bench.Find("pods", "init").Objects("status", "containerStatuses").First().Str("state", "waiting", "reason"));

        await bench.UntilAsync(() => bench.Find("pods", "init").Str("status", "phase") == "Running", s_second);
        Assert.Equal("made\n", bench.Cluster.Pods.Find(new("default", "init"))!.Containers["second"].Log.ToString());
    }

    [Fact]
    public async Task Container_ThatNeedsMoreMemoryThanItsLimit_IsKilledAndWaitsLongerEachTime()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: oom}
            spec: {containers: [{name: web, image: polinux/stress, command: [stress], args: [--vm, "1", --vm-bytes, 250M], resources: {limits: {memory: 100Mi}}}]}
            """);
        string? Message() => bench.Find("pods", "oom").Objects("status", "containerStatuses").FirstOrDefault().Str("state", "waiting", "message");
        await bench.UntilAsync(() => Message()?.StartsWith("back-off 10s restarting failed container=web pod=oom_default(", StringComparison.Ordinal) == true, s_second);
        await bench.UntilAsync(() => Message()?.StartsWith("back-off 1m20s restarting", StringComparison.Ordinal) == true, s_second);

        var last = bench.Find("pods", "oom").Objects("status", "containerStatuses").First().Obj("lastState", "terminated");
        Assert.Equal("OOMKilled", last.Str("reason"));
        Assert.Equal(137, last.Int(0, "exitCode"));
    }

    [Fact]
    public async Task Container_WithoutItsConfigMap_StartsWhenThatComes()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: cfg}
            spec: {containers: [{name: web, image: busybox, command: [sh, -c, "echo $COLOR; sleep 600"], envFrom: [{configMapRef: {name: colors}}]}]}
            """);
        await bench.UntilAsync(() => bench.Find("pods", "cfg").Objects("status", "containerStatuses").FirstOrDefault().Str("state", "waiting", "message") == "configmap \"colors\" not found", TimeSpan.Zero);

        bench.Apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: colors}\ndata: {COLOR: blue}\n");

        await bench.UntilAsync(() => bench.Cluster.Pods.Find(new("default", "cfg"))?.Containers["web"].Log.ToString() == "blue\n", TimeSpan.Zero);
    }

    [Fact]
    public async Task Image_WithAMadeUpTag_IsNotFound()
    {
        await using var bench = await ControllerBench.StartAsync();
        bench.Apply("apiVersion: v1\nkind: Pod\nmetadata: {name: tag}\nspec: {containers: [{name: web, image: \"nginx:1.161\"}]}\n");

        await bench.UntilAsync(() => bench.Find("pods", "tag").Objects("status", "containerStatuses").FirstOrDefault().Str("state", "waiting", "reason") == "ImagePullBackOff", s_second);

        Assert.True(bench.HasEvent("tag", "Failed", "docker.io/library/nginx:1.161: not found"));
        // The pod rests: once the store has gone idle too, nothing waits for the clock.
        await bench.UntilAsync(() => bench.Time.Timers == 0, TimeSpan.FromHours(1));
    }
}
