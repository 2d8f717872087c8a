using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>One look of the node at a pod that has its place: begins what may begin, and writes down what the processes did.</summary>
internal sealed class PodSync(ControllerContext context, ObjectName name, JsonObject pod)
{
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxBackOff = TimeSpan.FromMinutes(5);

    /// <summary>A process that ran this long is no longer in a crash loop.</summary>
    private static readonly TimeSpan s_recovered = TimeSpan.FromMinutes(10);

    private readonly SandboxCluster _cluster = context.Cluster;
    private readonly JsonObject _status = pod.Obj("status")!.Copy();
    private readonly string _restart = pod.Str("spec", "restartPolicy") ?? "Always";
    private PodInstance _instance = null!;
    private Action _waitForConfiguration = null!;

    /// <summary>Every container of a pod with its field path, as events name it.</summary>
    public static IEnumerable<(JsonObject Spec, string Path)> AllContainers(JsonObject pod)
    {
        foreach (var list in (IEnumerable<string>)["initContainers", "containers", "ephemeralContainers"])
        {
            foreach (var c in pod.Objects("spec", list)) yield return (c, $"spec.{list}{{{c.Str("name")}}}");
        }
    }

    public static string FieldPath(JsonObject pod, string container) => AllContainers(pod).FirstOrDefault(c => c.Spec.Str("name") == container).Path ?? "";

    /// <param name="waitForConfiguration">Has the pod looked at again when configuration changes.</param>
    public void Run(Action waitForConfiguration)
    {
        _waitForConfiguration = waitForConfiguration;
        _instance = FindInstance();
        var now = _cluster.Operations.Now;
        _status["podIP"] = _instance.Ip;
        _status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = _instance.Ip });
        if (IsOverdue()) Fail();
        else if (InitContainersDone())
        {
            foreach (var (spec, status) in Pairs("containers", "containerStatuses")) Step(spec, status, $"spec.containers{{{spec.Str("name")}}}", code => _restart == "Always" || (_restart == "OnFailure" && code != 0));
        }
        EphemeralContainers();
        if (_status.Str("phase") != "Failed" || _status.Str("reason") is null) _status["phase"] = PodStatus.Phase(pod, _status);
        if (_status.Str("phase") is "Succeeded" or "Failed") EndSidecars();
        PodStatus.SetConditions(_status, pod, hasPlace: _status.Str("phase") is not ("Succeeded" or "Failed"), now);
        if (JsonExtensions.Same(_status, pod["status"])) return;
        Kubelet.SetStatus(_cluster, name, o =>
        {
            // Conditions of others (readiness gates) may have been written meanwhile.
            var theirs = o.Objects("conditions").Where(c => !_status.Objects("conditions").Any(m => m.Str("type") == c.Str("type"))).Select(c => c.Copy()).ToList();
            o.Clear();
            foreach (var (key, value) in _status) o[key] = value?.DeepClone();
            foreach (var c in theirs) o.EnsureArray("conditions").Add(c);
        });
    }

    private PodInstance FindInstance()
    {
        if (_cluster.Pods.Find(name) is { } found && found.Uid == pod.Str("metadata", "uid"))
        {
            if (pod.Arr("spec", "ephemeralContainers") is { Count: > 0 } added && added.Any(c => !found.Containers.ContainsKey(c.Str("name") ?? ""))) found.Update(pod);
            return found;
        }
        // After a checkpoint was restored the pod is in the store but nothing runs yet.
        var instance = _cluster.Pods.Start(pod);
        var resumed = false;
        foreach (var s in _status.Objects("initContainerStatuses").Concat(_status.Objects("containerStatuses")).Where(s => s.Obj("state", "running") is not null))
        {
            _cluster.Pods.Resume(instance, s.Str("name")!, s);
            resumed = true;
        }
        if (resumed) _cluster.Controllers.WakeProber(name);
        return instance;
    }

    private IEnumerable<(JsonObject Spec, JsonObject Status)> Pairs(string specs, string statuses)
    {
        foreach (var spec in pod.Objects("spec", specs))
        {
            var list = _status.EnsureArray(statuses);
            var status = list.OfType<JsonObject>().FirstOrDefault(s => s.Str("name") == spec.Str("name"));
            if (status is null) list.Add(status = PodStatus.Waiting(spec, specs == "containers" ? "PodInitializing" : "ContainerCreating"));
            yield return (spec, status);
        }
    }

    /// <summary>Runs the init containers in their order; a sidecar must have started, another one must have succeeded.</summary>
    private bool InitContainersDone()
    {
        foreach (var (spec, status) in Pairs("initContainers", "initContainerStatuses"))
        {
            var path = $"spec.initContainers{{{spec.Str("name")}}}";
            if (spec.Str("restartPolicy") == "Always")
            {
                Step(spec, status, path, _ => true);
                if (status.Flag("started") != true && status.Int(0, "restartCount") == 0) return false;
                continue;
            }
            if (status.Num("state", "terminated", "exitCode") == 0) continue;
            Step(spec, status, path, code => code != 0 && _restart != "Never");
            if (status.Num("state", "terminated", "exitCode") != 0) return false;
            status["ready"] = true;
        }
        return true;
    }

    private void EphemeralContainers()
    {
        foreach (var (spec, status) in Pairs("ephemeralContainers", "ephemeralContainerStatuses")) Step(spec, status, $"spec.ephemeralContainers{{{spec.Str("name")}}}", _ => false);
    }

    /// <summary>Brings one container on: begins it, notes its end, waits, begins it again.</summary>
    private void Step(JsonObject spec, JsonObject status, string path, Func<int, bool> restarts)
    {
        var container = _instance.Containers[spec.Str("name")!];
        if (container.IsRunning) KillWhenNeeded(spec, container, path);
        if (container.IsRunning)
        {
            status["ready"] = container.HookDone && container.Probes?.Ready != false;
            status["started"] = container.HookDone && container.Probes?.Started != false;
            return;
        }
        var terminated = status.Obj("state", "terminated");
        if (container.Exit is not { } exit)
        {
            if (terminated is not null && !restarts(terminated.Int(0, "exitCode"))) return;
            Begin(spec, status, container, path, terminated is not null);
            return;
        }
        // The end stays to be seen for a moment before the node acts on it.
        var pause = _cluster.Options.PodStartDelay / 2;
        if (status.Obj("state", "running") is not null)
        {
            PodStatus.SetTerminated(status, container, exit);
            if (exit.Reason == "StartError") Kubelet.Event(_cluster, pod, "Warning", "Failed", $"Error: {exit.Message}", path);
            if (restarts(exit.Code)) context.Later(pause);
            return;
        }
        if (!restarts(exit.Code)) return;
        if (exit.At - container.StartedAt >= s_recovered) container.BackOff = TimeSpan.Zero;
        var wait = exit.At + (container.BackOff > pause ? container.BackOff : pause) - _cluster.Now;
        if (wait > TimeSpan.Zero)
        {
            var shown = exit.At + pause - _cluster.Now;
            if (terminated is not null && container.BackOff > TimeSpan.Zero && shown <= TimeSpan.Zero) BackOff(status, container, path);
            context.Later(terminated is not null && shown > TimeSpan.Zero ? shown : wait);
            return;
        }
        container.BackOff = container.BackOff == TimeSpan.Zero ? s_firstBackOff : TimeSpan.FromTicks(Math.Min(s_maxBackOff.Ticks, container.BackOff.Ticks * 2));
        Begin(spec, status, container, path, again: true);
    }

    private void KillWhenNeeded(JsonObject spec, ContainerInstance container, string path)
    {
        var why = container.Probes?.Fatal is { } fatal ? $"failed {fatal.Kind.ToString().ToLowerInvariant()} probe" : container.Image != spec.Str("image") ? "definition changed" : null;
        if (why is null) return;
        Kubelet.Event(_cluster, pod, "Normal", "Killing", $"Container {container.Name} {why}, will be restarted", path);
        if (container.Image != spec.Str("image")) container.Replace(spec);
        container.Kill(container.Program.EndsGracefully ? 0 : 137, container.Program.EndsGracefully ? "Completed" : "Error");
    }

    private void BackOff(JsonObject status, ContainerInstance container, string path)
    {
        var id = $"{name.Name}_{name.Namespace}({_instance.Uid})";
        status["lastState"] = status["state"]!.DeepClone();
        PodStatus.SetWaiting(status, "CrashLoopBackOff", $"back-off {GoDuration.Format(container.BackOff)} restarting failed container={container.Name} pod={id}");
        Kubelet.Event(_cluster, pod, "Warning", "BackOff", $"Back-off restarting failed container {container.Name} in pod {id}", path);
    }

    private void Begin(JsonObject spec, JsonObject status, ContainerInstance container, string path, bool again)
    {
        if (!ImagePull.Ensure(context, pod, spec, status, path)) return;
        if (container.Image != spec.Str("image")) container.Replace(spec);
        if ((PodDependencies.MissingConfiguration(_cluster.Store.Snapshot, name.Namespace, spec) ?? RunsAsRoot(spec)) is { } missing)
        {
            if (status.Str("state", "waiting", "message") != missing) Kubelet.Event(_cluster, pod, "Warning", "Failed", $"Error: {missing}", path);
            PodStatus.SetWaiting(status, "CreateContainerConfigError", missing);
            _waitForConfiguration();
            return;
        }
        if (again)
        {
            status["restartCount"] = status.Int(0, "restartCount") + 1;
            if (status.Obj("state", "terminated") is not null) status["lastState"] = status["state"]!.DeepClone();
        }
        Kubelet.Event(_cluster, pod, "Normal", "Created", $"Created container: {container.Name}", path);
        Kubelet.Event(_cluster, pod, "Normal", "Started", $"Started container {container.Name}", path);
        container.HookDone = spec.Obj("lifecycle", "postStart") is null;
        container.Begin();
        PodStatus.SetRunning(status, container);
        status["ready"] = container.HookDone && container.Probes?.Ready != false;
        status["started"] = container.HookDone && container.Probes?.Started != false;
        if (spec.Obj("lifecycle", "postStart") is { } hook) RunHook(container, hook.Copy(), path);
        if (container.Probes is not null) _cluster.Controllers.WakeProber(name);
        // A process may have ended before its start was written down.
        if (container.Exit is not null) context.Later(TimeSpan.Zero);
    }

    /// <summary>Whatever becomes of the hook, the container does not wait for it for ever.</summary>
    private void RunHook(ContainerInstance container, JsonObject hook, string path) =>
        _cluster.Guarded.Start(
            "postStart hook",
            () => PostStartAsync(container, hook, path),
            () =>
            {
                container.HookDone = true;
                _cluster.Controllers.WakeKubelet(name);
            }
        );

    private async Task PostStartAsync(ContainerInstance container, JsonObject hook, string path)
    {
        if (!await LifecycleHooks.RunAsync(container, hook, TimeSpan.FromMinutes(10)).ConfigureAwait(false))
        {
            // As upstream without the output: it may hold secrets.
            Kubelet.Event(_cluster, pod, "Warning", "FailedPostStartHook", "PostStartHook failed", path);
            Kubelet.Event(_cluster, pod, "Normal", "Killing", "FailedPostStartHook", path);
            container.Kill(137, "Error");
        }
    }

    private string? RunsAsRoot(JsonObject spec)
    {
        if ((spec.Flag("securityContext", "runAsNonRoot") ?? pod.Flag("spec", "securityContext", "runAsNonRoot")) != true) return null;
        var user = spec.Num("securityContext", "runAsUser") ?? pod.Num("spec", "securityContext", "runAsUser");
        if (user == 0) return $"container's runAsUser breaks non-root policy (pod: \"{name.Name}_{name.Namespace}({_instance.Uid})\", container: {spec.Str("name")})";
        return user is null && ProgramCatalog.RunsAsRoot(spec.Str("image") ?? "") ? $"container has runAsNonRoot and image will run as root (pod: \"{name.Name}_{name.Namespace}({_instance.Uid})\", container: {spec.Str("name")})" : null;
    }

    private bool IsOverdue()
    {
        if (pod.Num("spec", "activeDeadlineSeconds") is not { } seconds || !DateTimeOffset.TryParse(_status.Str("startTime"), System.Globalization.CultureInfo.InvariantCulture, out var started)) return false;
        var rest = started.AddSeconds(seconds) - _cluster.Now;
        if (rest > TimeSpan.Zero) context.Later(rest);
        return rest <= TimeSpan.Zero;
    }

    private void Fail()
    {
        const string Message = "Pod was active on the node longer than the specified deadline";
        Kubelet.Event(_cluster, pod, "Normal", "DeadlineExceeded", Message);
        (_status["phase"], _status["reason"], _status["message"]) = ("Failed", "DeadlineExceeded", Message);
        foreach (var s in _status.Objects("containerStatuses").Concat(_status.Objects("initContainerStatuses"))) End(s, 137, "Error");
    }

    /// <summary>What still runs (a sidecar) ends with the pod; the output stays until the pod is deleted.</summary>
    private void EndSidecars()
    {
        foreach (var s in _status.Objects("initContainerStatuses").Concat(_status.Objects("ephemeralContainerStatuses"))) End(s, 0, "Completed");
        _instance.Stop();
    }

    private void End(JsonObject status, int code, string reason)
    {
        if (status.Obj("state", "running") is null || _instance.Containers.GetValueOrDefault(status.Str("name")!) is not { } container) return;
        container.Kill(code, reason);
        if (container.Exit is { } exit) PodStatus.SetTerminated(status, container, exit);
    }
}
