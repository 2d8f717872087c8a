using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Runs a Job's pods to completion.</summary>
internal sealed class JobController : IController
{
    private static readonly WriteOptions s_options = WriteOptions.Controller("job-controller");

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "jobs.batch") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "pods") OwnedObjects.EnqueueOwners(change, "Job", enqueue);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        var type = BuiltInResources.Jobs;
        if (cluster.Store.Snapshot.Find(type.Resource, name.Namespace, name.Name) is not { IsDeleting: false } stored) return;
        var job = Prepare(cluster, stored);
        if (job.Objects("status", "conditions").Any(c => c.Str("type") is "Complete" or "Failed" && c.Str("status") == "True")) return;
        var pods = OwnedObjects.OwnedBy(cluster.Store.Snapshot, "pods", name.Namespace, stored.Uid).Select(p => (Stored: p, Pod: p.Parse())).ToList();
        var succeeded = pods.Count(p => p.Pod.Str("status", "phase") == "Succeeded");
        var failed = pods.Count(p => p.Pod.Str("status", "phase") == "Failed");
        var active = pods.Count(p => OwnedObjects.IsPodActive(p.Stored, p.Pod));
        var completions = job.Int(1, "spec", "completions");
        var done = succeeded >= completions;
        var exhausted = failed > job.Int(6, "spec", "backoffLimit");
        if (!done && !exhausted && job.Flag("spec", "suspend") != true)
        {
            for (; active < Math.Min(job.Int(1, "spec", "parallelism"), completions - succeeded); active++)
            {
                var pod = OwnedObjects.PodFromTemplate(type, job, name.Name + "-");
                var created = cluster.Operations.Create(BuiltInResources.Pods, name.Namespace, pod, s_options);
                EventRecorder.Record(cluster.Operations, job, "Normal", "SuccessfulCreate", $"Created pod: {created.Str("metadata", "name")}", "job-controller");
            }
        }
        var ready = pods.Count(p => OwnedObjects.IsPodReady(p.Pod));
        cluster.Operations.Update(type, name.Namespace, name.Name, "status", o =>
        {
            var status = o.Ensure("status");
            status.Default("startTime", cluster.Operations.Now);
            status["active"] = done || exhausted ? null : active;
            status["succeeded"] = succeeded > 0 ? succeeded : null;
            status["failed"] = failed > 0 ? failed : null;
            status["ready"] = ready;
            foreach (var field in (ReadOnlySpan<string>)["active", "succeeded", "failed"]) if (status[field] is null) status.Remove(field);
            if (done)
            {
                status.Default("completionTime", cluster.Operations.Now);
                OwnedObjects.SetCondition(status, "Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods", cluster.Operations.Now);
            }
            else if (exhausted) OwnedObjects.SetCondition(status, "Failed", "True", "BackoffLimitExceeded", "Job has reached the specified backoff limit", cluster.Operations.Now);
            return o;
        }, s_options);
        if (done) EventRecorder.Record(cluster.Operations, job, "Normal", "Completed", "Job completed", "job-controller");
        if (exhausted) EventRecorder.Record(cluster.Operations, job, "Warning", "BackoffLimitExceeded", "Job has reached the specified backoff limit", "job-controller");
    }

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
