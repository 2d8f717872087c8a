using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>
/// Asks the probes of containers when they are due. Pods without probes never come here; an answer that changes nothing
/// touches neither the store nor the pod's text.
/// </summary>
internal sealed class Prober : IController
{
    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        // Woken by the kubelet when a container begins, and by time.
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Pods.Find(name) is not { Stopping: false } instance) return;
        var now = cluster.Now;
        DateTimeOffset? next = null;
        foreach (var container in instance.Containers.Values)
        {
            if (!container.IsRunning || container.Probes is not { } probes) continue;
            foreach (var probe in probes.All)
            {
                if (probe.OnHold || (probe.Kind == ProbeKind.Startup ? probe.Result == true : !probes.Started)) continue;
                if (probe.Due <= now)
                {
                    cluster.Guarded.Start("probe", () => AskAsync(container, probe));
                    // The rhythm stays even when a look comes late.
                    do probe.Due += probe.Period;
                    while (probe.Due <= now);
                }
                if (next is null || probe.Due < next) next = probe.Due;
            }
        }
        if (next is { } due) context.Later(due - now);
    }

    private static async Task AskAsync(ContainerInstance container, ProbeState probe)
    {
        var pod = container.Pod;
        using var timeout = new CancellationTokenSource(probe.Timeout, pod.Cluster.Time);
        bool success;
        string output;
        try
        {
            (success, output) = await ContainerCheck.RunAsync(container, probe.Spec, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            (success, output) = (false, $"command timed out: \"{string.Join(' ', probe.Spec.Strings("exec", "command"))}\" timed out after {probe.Timeout.TotalSeconds}s");
        }
        catch (OutOfMemoryKillException)
        {
            (success, output) = (false, "");
        }
        if (!container.IsRunning || pod.Stopping) return;
        if (!success && pod.Cluster.Store.Snapshot.Find("pods", pod.Namespace, pod.Name) is { IsDeleting: false } stored)
            Kubelet.Event(pod.Cluster, stored.Parse(), "Warning", "Unhealthy", $"{probe.Kind} probe failed: {output}", PodSync.FieldPath(stored.Parse(), container.Name));
        var changed = probe.Count(success);
        if (success && probe.Result == true && container.Program.AnswersProbesAlike) probe.OnHold = true;
        if (!changed) return;
        pod.Cluster.Controllers.WakeKubelet(pod.Key);
        if (probe.Kind == ProbeKind.Startup && success) pod.Cluster.Controllers.WakeProber(pod.Key);
    }
}
