using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Makes Jobs when their time has come and clears old ones away.</summary>
internal sealed class CronJobController : IController
{
    private const string Component = "cronjob-controller";

    /// <summary>How far back a missed time is made up for.</summary>
    private static readonly TimeSpan s_catchUp = TimeSpan.FromDays(1);

    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == "cronjobs.batch") enqueue(new(change.Object.Namespace, change.Object.Name));
        else if (change.Resource == "jobs.batch") OwnedObjects.EnqueueOwners(change, "CronJob", enqueue);
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Store.Snapshot.Find("cronjobs.batch", name.Namespace, name.Name) is not { IsDeleting: false } stored) return;
        var cron = stored.Parse();
        var jobs = OwnedObjects.OwnedBy(cluster.Store.Snapshot, "jobs.batch", name.Namespace, stored.Uid).Where(j => !j.IsDeleting).Select(j => j.Parse()).ToList();
        foreach (var link in cron.Objects("status", "active"))
        {
            var job = jobs.Find(j => j.Str("metadata", "uid") == link.Str("uid"));
            if (job is null) EventRecorder.Record(cluster.Operations, cron, "Normal", "MissingJob", $"Active job went missing: {link.Str("name")}", Component);
            else if (IsFinished(job, "Complete") || IsFinished(job, "Failed"))
                EventRecorder.Record(cluster.Operations, cron, "Normal", "SawCompletedJob", $"Saw completed job: {link.Str("name")}, condition: {(IsFinished(job, "Complete") ? "Complete" : "Failed")}", Component);
        }
        Clear(cluster, cron, jobs, "Complete", cron.Int(3, "spec", "successfulJobsHistoryLimit"));
        Clear(cluster, cron, jobs, "Failed", cron.Int(1, "spec", "failedJobsHistoryLimit"));
        var active = jobs.Where(j => !IsFinished(j, "Complete") && !IsFinished(j, "Failed")).ToList();
        DateTimeOffset? started = null;
        if (cron.Flag("spec", "suspend") != true && Times(cluster, cron) is var (due, next))
        {
            if (due is { } time && Start(cluster, cron, active, time)) started = time;
            if (next is { } later) context.Later(later - cluster.Now);
        }
        UpdateStatus(cluster, name, active, jobs, started);
    }

    /// <summary>The latest time that has come since the last Job, and the next one.</summary>
    private static (DateTimeOffset? Due, DateTimeOffset? Next)? Times(SandboxCluster cluster, JsonObject cron)
    {
        try
        {
            var schedule = CronSchedule.Parse(cron.Str("spec", "schedule") ?? "");
            var zone = cron.Str("spec", "timeZone") is { Length: > 0 } id ? TimeZoneInfo.FindSystemTimeZoneById(id) : TimeZoneInfo.Utc;
            var now = TimeZoneInfo.ConvertTime(cluster.Now, zone);
            var since = Time(cron.Str("status", "lastScheduleTime") ?? cron.Str("metadata", "creationTimestamp")) is { } t && t > cluster.Now - s_catchUp ? TimeZoneInfo.ConvertTime(t, zone) : now - s_catchUp;
            DateTimeOffset? due = null;
            var next = schedule.Next(since);
            for (; next <= now; next = schedule.Next(next.Value)) due = next;
            if (due is { } time && cron.Num("spec", "startingDeadlineSeconds") is { } deadline && time.AddSeconds(deadline) < now) due = null;
            return (due, next);
        }
        catch (Exception e) when (e is FormatException or TimeZoneNotFoundException)
        {
            EventRecorder.Record(cluster.Operations, cron, "Warning", "UnparseableSchedule", $"unparseable schedule: \"{cron.Str("spec", "schedule")}\" : {e.Message}", Component);
            return null;
        }
    }

    private static bool Start(SandboxCluster cluster, JsonObject cron, List<JsonObject> active, DateTimeOffset time)
    {
        var (ns, cronName) = (cron.Str("metadata", "namespace")!, cron.Str("metadata", "name")!);
        if (active.Count > 0 && cron.Str("spec", "concurrencyPolicy") == "Forbid")
        {
            EventRecorder.Record(cluster.Operations, cron, "Normal", "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid", Component);
            return false;
        }
        if (cron.Str("spec", "concurrencyPolicy") == "Replace")
        {
            foreach (var old in active) Delete(cluster, cron, old);
            active.Clear();
        }
        var name = string.Create(CultureInfo.InvariantCulture, $"{cronName}-{time.ToUnixTimeSeconds() / 60}");
        if (cluster.Store.Snapshot.Find("jobs.batch", ns, name) is not null) return true;
        var template = cron.Obj("spec", "jobTemplate")!.Copy();
        var meta = template.Ensure("metadata");
        meta.Remove("creationTimestamp");
        meta["name"] = name;
        meta["ownerReferences"] = OwnedObjects.OwnerReference(cluster.Catalog.FindResource("cronjobs.batch")!, cron);
        meta.Ensure("annotations")["batch.kubernetes.io/cronjob-scheduled-timestamp"] = ResourceOperations.Timestamp(time.ToUniversalTime());
        active.Add(cluster.Operations.Create(BuiltInResources.Jobs, ns, new JsonObject { ["metadata"] = meta.DeepClone(), ["spec"] = template["spec"]?.DeepClone() }, s_options));
        EventRecorder.Record(cluster.Operations, cron, "Normal", "SuccessfulCreate", $"Created job {name}", Component);
        return true;
    }

    private static void Clear(SandboxCluster cluster, JsonObject cron, List<JsonObject> jobs, string outcome, int keep)
    {
        foreach (var old in jobs.Where(j => IsFinished(j, outcome)).OrderByDescending(j => j.Str("metadata", "creationTimestamp"), StringComparer.Ordinal).ThenByDescending(j => j.Str("metadata", "name"), StringComparer.Ordinal).Skip(keep).ToList())
        {
            Delete(cluster, cron, old);
            jobs.Remove(old);
        }
    }

    private static void Delete(SandboxCluster cluster, JsonObject cron, JsonObject job)
    {
        var name = job.Str("metadata", "name")!;
        cluster.Operations.Delete(BuiltInResources.Jobs, job.Str("metadata", "namespace")!, name, DeleteOptions.Background);
        EventRecorder.Record(cluster.Operations, cron, "Normal", "SuccessfulDelete", $"Deleted job {name}", Component);
    }

    private static bool IsFinished(JsonObject job, string outcome) => job.Objects("status", "conditions").Any(c => c.Str("type") == outcome && c.Str("status") == "True");

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static void UpdateStatus(SandboxCluster cluster, ObjectName name, List<JsonObject> active, List<JsonObject> jobs, DateTimeOffset? started) =>
        cluster.Operations.Update(cluster.Catalog.FindResource("cronjobs.batch")!, name.Namespace, name.Name, "status", o =>
        {
            var status = o.Ensure("status");
            if (started is { } time) status["lastScheduleTime"] = ResourceOperations.Timestamp(time.ToUniversalTime());
            if (jobs.Select(j => j.Str("status", "completionTime")).OfType<string>().Max(StringComparer.Ordinal) is { } done) status["lastSuccessfulTime"] = done;
            status.Remove("active");
            if (active.Count > 0)
            {
                status["active"] = new JsonArray([.. active.Select(j => new JsonObject
                {
                    ["kind"] = "Job", ["namespace"] = name.Namespace, ["name"] = j.Str("metadata", "name"), ["uid"] = j.Str("metadata", "uid"), ["apiVersion"] = "batch/v1", ["resourceVersion"] = j.Str("metadata", "resourceVersion"),
                })]);
            }
            return o;
        }, s_options);
}
