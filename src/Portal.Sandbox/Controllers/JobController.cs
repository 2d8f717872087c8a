using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Runs a Job's pods to completion (kubernetes/pkg/controller/job).</summary>
internal sealed class JobController : IController
{
    private const string Component = "job-controller";
    private const string IndexAnnotation = "batch.kubernetes.io/job-completion-index";

    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_maxBackOff = TimeSpan.FromMinutes(10);
    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);

    private sealed record JobPod(StoredObject Stored, JsonObject Pod)
    {
        public bool Succeeded => Stored.Phase == "Succeeded";
        public bool Failed => Stored.Phase == "Failed";
        public bool Active => OwnedObjects.IsPodActive(Stored, Pod);
        public int Index => int.TryParse(Pod.Str("metadata", "annotations", IndexAnnotation), CultureInfo.InvariantCulture, out var i) ? i : -1;
    }

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "jobs.batch") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "pods") OwnedObjects.EnqueueOwners(change, "Job", enqueue);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Store.Snapshot.Find("jobs.batch", name.Namespace, name.Name) is not { IsDeleting: false } stored) return;
        var job = Prepare(cluster, stored);
        if (job.Objects("status", "conditions").FirstOrDefault(c => c.Str("type") is "Complete" or "Failed" && c.Str("status") == "True") is { } finished)
        {
            Expire(context, name, job, finished);
            return;
        }
        var pods = Pods(cluster, stored);
        if (job.Flag("spec", "suspend") == true)
        {
            foreach (var p in pods.Where(p => p.Active)) DeletePod(cluster, job, p.Stored.Name);
            if (!IsSuspended(job)) EventRecorder.Record(cluster.Operations, job, "Normal", "Suspended", "Job suspended", Component);
            WriteStatus(cluster, name, job, Pods(cluster, stored), null, suspended: true);
            return;
        }
        if (IsSuspended(job)) EventRecorder.Record(cluster.Operations, job, "Normal", "Resumed", "Job resumed", Component);
        if (Failure(context, job, pods) is var (reason, message))
        {
            foreach (var p in pods.Where(p => p.Active)) DeletePod(cluster, job, p.Stored.Name);
            WriteStatus(cluster, name, job, Pods(cluster, stored), ("Failed", reason, message), suspended: false);
            EventRecorder.Record(cluster.Operations, job, "Warning", reason, message, Component);
            return;
        }
        if (IsDone(job, pods))
        {
            foreach (var p in pods.Where(p => p.Active)) DeletePod(cluster, job, p.Stored.Name);
            WriteStatus(cluster, name, job, Pods(cluster, stored), ("Complete", "CompletionsReached", "Reached expected number of succeeded pods"), suspended: false);
            EventRecorder.Record(cluster.Operations, job, "Normal", "Completed", "Job completed", Component);
            return;
        }
        Scale(context, job, pods);
        WriteStatus(cluster, name, job, Pods(cluster, stored), null, suspended: false);
    }

    private static List<JobPod> Pods(SandboxCluster cluster, StoredObject job) => [.. OwnedObjects.OwnedBy(cluster.Store.Snapshot, "pods", job.Namespace, job.Uid).Select(p => new JobPod(p, p.Parse()))];

    private static bool IsIndexed(JsonObject job) => job.Str("spec", "completionMode") == "Indexed";

    private static bool IsSuspended(JsonObject job) => job.Objects("status", "conditions").Any(c => c.Str("type") == "Suspended" && c.Str("status") == "True");

    private static SortedSet<int> DoneIndexes(JsonObject job, List<JobPod> pods) => [.. pods.Where(p => p.Succeeded && p.Index >= 0 && p.Index < job.Int(0, "spec", "completions")).Select(p => p.Index)];

    private static int Succeeded(JsonObject job, List<JobPod> pods) => IsIndexed(job) ? DoneIndexes(job, pods).Count : pods.Count(p => p.Succeeded);

    private static bool IsDone(JsonObject job, List<JobPod> pods) => job.Num("spec", "completions") is { } completions
        ? Succeeded(job, pods) >= completions
        : pods.Exists(p => p.Succeeded) && !pods.Exists(p => p.Active);

    /// <summary>Why the job has failed for good, or null.</summary>
    private static (string Reason, string Message)? Failure(ControllerContext context, JsonObject job, List<JobPod> pods)
    {
        var ignored = 0;
        foreach (var p in pods.Where(p => p.Failed))
        {
            var (action, why) = JobFailurePolicy.Judge(job, p.Pod);
            if (action == "FailJob") return ("PodFailurePolicy", why);
            if (action == "Ignore") ignored++;
        }
        var limit = job.Int(6, "spec", "backoffLimit");
        var restarts = pods.Where(p => p.Active).Sum(p => p.Pod.Objects("status", "containerStatuses").Concat(p.Pod.Objects("status", "initContainerStatuses")).Sum(s => s.Int(0, "restartCount")));
        var onFailure = job.Str("spec", "template", "spec", "restartPolicy") == "OnFailure";
        if (pods.Count(p => p.Failed) - ignored > limit || (onFailure && (limit == 0 ? restarts > 0 : restarts >= limit))) return ("BackoffLimitExceeded", "Job has reached the specified backoff limit");
        if (job.Num("spec", "activeDeadlineSeconds") is not { } deadline || Time(job.Str("status", "startTime")) is not { } start) return null;
        var rest = start.AddSeconds(deadline) - context.Cluster.Now;
        if (rest <= TimeSpan.Zero) return ("DeadlineExceeded", "Job was active longer than specified deadline");
        context.Later(rest);
        return null;
    }

    private static void Scale(ControllerContext context, JsonObject job, List<JobPod> pods)
    {
        var cluster = context.Cluster;
        var active = pods.Where(p => p.Active).ToList();
        var parallelism = job.Int(1, "spec", "parallelism");
        var wanted = job.Num("spec", "completions") is { } completions ? (int)Math.Min(parallelism, completions - Succeeded(job, pods)) : pods.Exists(p => p.Succeeded) ? active.Count : parallelism;
        foreach (var p in active.OrderBy(p => OwnedObjects.IsPodReady(p.Pod)).ThenByDescending(p => p.Stored.ResourceVersion).Take(Math.Max(0, active.Count - wanted))) DeletePod(cluster, job, p.Stored.Name);
        if (active.Count >= wanted) return;
        // After a failure the next pod has to wait, longer each time.
        var failed = pods.Where(p => p.Failed).Select(p => FinishedAt(p.Pod) ?? cluster.Now).ToList();
        if (failed.Count > 0)
        {
            var delay = TimeSpan.FromTicks(Math.Min(s_maxBackOff.Ticks, s_firstBackOff.Ticks << Math.Min(failed.Count - 1, 10)));
            var rest = failed.Max() + delay - cluster.Now;
            if (rest > TimeSpan.Zero)
            {
                context.Later(rest);
                return;
            }
        }
        var taken = active.Select(p => p.Index).Concat(DoneIndexes(job, pods)).ToHashSet();
        for (var i = active.Count; i < wanted; i++)
        {
            var index = IsIndexed(job) ? Enumerable.Range(0, job.Int(0, "spec", "completions")).First(taken.Add) : -1;
            var pod = cluster.Operations.Create(BuiltInResources.Pods, job.Str("metadata", "namespace")!, NewPod(job, index), s_options);
            EventRecorder.Record(cluster.Operations, job, "Normal", "SuccessfulCreate", $"Created pod: {pod.Str("metadata", "name")}", Component);
        }
    }

    private static JsonObject NewPod(JsonObject job, int index)
    {
        var name = job.Str("metadata", "name");
        var pod = OwnedObjects.PodFromTemplate(BuiltInResources.Jobs, job, index < 0 ? $"{name}-" : $"{name}-{index}-");
        if (index < 0) return pod;
        var text = index.ToString(CultureInfo.InvariantCulture);
        pod.Ensure("metadata").Ensure("annotations")[IndexAnnotation] = text;
        pod.Ensure("metadata").Ensure("labels")[IndexAnnotation] = text;
        pod.Ensure("spec").Default("hostname", $"{name}-{index}");
        foreach (var c in pod.Objects("spec", "initContainers").Concat(pod.Objects("spec", "containers")).Where(c => !c.Objects("env").Any(e => e.Str("name") == "JOB_COMPLETION_INDEX")))
        {
            c.EnsureArray("env").Add(new JsonObject
            {
                ["name"] = "JOB_COMPLETION_INDEX",
                ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["apiVersion"] = "v1", ["fieldPath"] = $"metadata.labels['{IndexAnnotation}']" } },
            });
        }
        return pod;
    }

    private static void WriteStatus(SandboxCluster cluster, ObjectName name, JsonObject job, List<JobPod> pods, (string Type, string Reason, string Message)? end, bool suspended)
    {
        var now = cluster.Operations.Now;
        var wasSuspended = IsSuspended(job);
        cluster.Operations.Update(BuiltInResources.Jobs, name.Namespace, name.Name, "status", o =>
        {
            var status = o.Ensure("status");
            void Set(string field, int value)
            {
                if (value > 0) status[field] = value;
                else status.Remove(field);
            }
            if (suspended)
            {
                status.Remove("startTime");
                if (!wasSuspended) OwnedObjects.SetCondition(status, "Suspended", "True", "JobSuspended", "Job suspended", now);
            }
            else
            {
                if (wasSuspended) OwnedObjects.SetCondition(status, "Suspended", "False", "JobResumed", "Job resumed", now);
                status.Default("startTime", now);
            }
            Set("active", pods.Count(p => p.Active));
            Set("succeeded", Succeeded(job, pods));
            Set("failed", pods.Count(p => p.Failed && JobFailurePolicy.Judge(job, p.Pod).Action != "Ignore"));
            status["ready"] = pods.Count(p => p.Active && OwnedObjects.IsPodReady(p.Pod));
            status["terminating"] = pods.Count(p => p.Stored.IsDeleting && !p.Succeeded && !p.Failed);
            status["uncountedTerminatedPods"] = new JsonObject();
            if (IsIndexed(job) && Intervals(DoneIndexes(job, pods)) is { Length: > 0 } intervals) status["completedIndexes"] = intervals;
            if (end is var (type, reason, message))
            {
                if (type == "Complete") status.Default("completionTime", now);
                OwnedObjects.SetCondition(status, type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget", "True", reason, message, now);
                OwnedObjects.SetCondition(status, type, "True", reason, message, now);
            }
            foreach (var c in status.Objects("conditions").Where(c => c.Str("lastProbeTime") is null)) c["lastProbeTime"] = now;
            return o;
        }, s_options);
    }

    private static string Intervals(SortedSet<int> indexes)
    {
        var parts = new List<(int From, int To)>();
        foreach (var i in indexes)
        {
            if (parts.Count > 0 && parts[^1].To == i - 1) parts[^1] = (parts[^1].From, i);
            else parts.Add((i, i));
        }
        return string.Join(',', parts.Select(p => p.From == p.To ? $"{p.From}" : p.To == p.From + 1 ? $"{p.From},{p.To}" : $"{p.From}-{p.To}"));
    }

    private static void DeletePod(SandboxCluster cluster, JsonObject job, string pod)
    {
        cluster.Operations.Delete(BuiltInResources.Pods, job.Str("metadata", "namespace")!, pod, DeleteOptions.Background);
        EventRecorder.Record(cluster.Operations, job, "Normal", "SuccessfulDelete", $"Deleted pod: {pod}", Component);
    }

    /// <summary>Removes a finished job when its time to live is over.</summary>
    private static void Expire(ControllerContext context, ObjectName name, JsonObject job, JsonObject finished)
    {
        if (job.Num("spec", "ttlSecondsAfterFinished") is not { } seconds || Time(finished.Str("lastTransitionTime")) is not { } since) return;
        var rest = since.AddSeconds(seconds) - context.Cluster.Now;
        if (rest > TimeSpan.Zero) context.Later(rest);
        else context.Cluster.Operations.Delete(BuiltInResources.Jobs, name.Namespace, name.Name, DeleteOptions.Background);
    }

    private static DateTimeOffset? FinishedAt(JsonObject pod) => pod.Objects("status", "containerStatuses").Select(s => Time(s.Str("state", "terminated", "finishedAt"))).Max();

    private static DateTimeOffset? Time(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Jobs get a selector and labels of their own unless they say otherwise.</summary>
    private static JsonObject Prepare(SandboxCluster cluster, StoredObject stored)
    {
        var job = stored.Parse();
        if (job.Obj("spec", "selector") is not null) return job;
        return cluster.Operations.Update(BuiltInResources.Jobs, stored.Namespace, stored.Name, "", o =>
        {
            var labels = o.Ensure("spec").Ensure("template").Ensure("metadata").Ensure("labels");
            labels["batch.kubernetes.io/controller-uid"] = stored.Uid;
            labels["batch.kubernetes.io/job-name"] = stored.Name;
            labels["controller-uid"] = stored.Uid;
            labels["job-name"] = stored.Name;
            o.Ensure("spec")["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["batch.kubernetes.io/controller-uid"] = stored.Uid } };
            return o;
        }, s_options);
    }
}
