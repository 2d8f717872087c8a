using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Ends a pod that is being deleted: hooks, signals, its last status, and its removal.</summary>
internal static class PodTermination
{
    public static void Step(ControllerContext context, ObjectName name, StoredObject stored, JsonObject pod)
    {
        var cluster = context.Cluster;
        var grace = TimeSpan.FromSeconds(pod.Num("metadata", "deletionGracePeriodSeconds") ?? 0);
        if (grace > TimeSpan.Zero && pod.Str("status", "phase") is "Running" or "Pending" && cluster.Pods.Find(name) is { } instance && instance.Containers.Values.Any(c => c.IsRunning))
        {
            if (!instance.Stopping) Begin(context, name, pod, instance, grace);
            if (instance.Hooks is { IsCompleted: false } && !cluster.Pods.StartIsOver("grace:" + stored.Uid))
            {
                context.Later(grace);
                return;
            }
            // Programs stop on SIGTERM well before their grace period ends.
            var stopping = TimeSpan.FromTicks(Math.Min(grace.Ticks, cluster.Options.PodStartDelay.Ticks / 2));
            cluster.Pods.TryBeginStart("stop:" + stored.Uid, stopping, out var wait);
            if (wait > TimeSpan.Zero)
            {
                context.Later(wait);
                return;
            }
            End(cluster, name, pod, instance);
        }
        cluster.Pods.Stop(name);
        cluster.Pods.ForgetStart("stop:" + stored.Uid);
        cluster.Pods.ForgetStart("grace:" + stored.Uid);
        if (pod.Arr("metadata", "finalizers") is { Count: > 0 }) return;
        cluster.Operations.Remove(BuiltInResources.Pods, name.Namespace, name.Name, stored.Uid);
    }

    private static void Begin(ControllerContext context, ObjectName name, JsonObject pod, PodInstance instance, TimeSpan grace)
    {
        var cluster = context.Cluster;
        instance.Stopping = true;
        foreach (var (c, path) in PodSync.AllContainers(pod).Where(c => instance.Containers.GetValueOrDefault(c.Spec.Str("name")!)?.IsRunning == true))
            Kubelet.Event(cluster, pod, "Normal", "Killing", $"Stopping container {c.Str("name")}", path);
        var hooks = PodSync.AllContainers(pod).Where(c => c.Spec.Obj("lifecycle", "preStop") is not null && instance.Containers.GetValueOrDefault(c.Spec.Str("name")!)?.IsRunning == true).ToList();
        if (hooks.Count == 0) return;
        cluster.Pods.TryBeginStart("grace:" + pod.Str("metadata", "uid"), grace, out _);
        instance.Hooks = RunAsync();

        async Task RunAsync()
        {
            var done = await Task.WhenAll(hooks.Select(h => LifecycleHooks.RunAsync(instance.Containers[h.Spec.Str("name")!], h.Spec.Obj("lifecycle", "preStop")!, grace))).ConfigureAwait(false);
            foreach (var (hook, succeeded) in hooks.Zip(done)) if (!succeeded) Kubelet.Event(cluster, pod, "Warning", "FailedPreStopHook", "PreStopHook failed", hook.Path);
            cluster.Controllers.WakeKubelet(name);
        }
    }

    /// <summary>Writes how the processes ended, so that whoever watches sees it before the pod is gone.</summary>
    private static void End(SandboxCluster cluster, ObjectName name, JsonObject pod, PodInstance instance)
    {
        foreach (var c in instance.Containers.Values.Where(c => c.IsRunning)) c.Kill(c.Program.EndsGracefully ? 0 : 137, c.Program.EndsGracefully ? "Completed" : "Error");
        Kubelet.SetStatus(cluster, name, status =>
        {
            foreach (var s in status.Objects("containerStatuses").Concat(status.Objects("initContainerStatuses")).Where(s => s.Obj("state", "running") is not null))
            {
                if (instance.Containers.GetValueOrDefault(s.Str("name")!) is { Exit: { } exit } container) PodStatus.SetTerminated(s, container, exit);
            }
            var failed = status.Objects("containerStatuses").Any(s => s.Int(0, "state", "terminated", "exitCode") != 0);
            status["phase"] = failed ? "Failed" : "Succeeded";
            PodStatus.SetConditions(status, pod, hasPlace: false, cluster.Operations.Now);
        });
    }
}
