using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Scales workloads by what their pods use, every 15 seconds while there is an autoscaler (kubernetes/pkg/controller/podautoscaler).</summary>
internal sealed class HorizontalController : IController
{
    private const string Resource = "horizontalpodautoscalers.autoscaling";
    private const string Component = "horizontal-pod-autoscaler";

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(15);
    private static readonly WriteOptions s_options = WriteOptions.Controller(Component);

    /// <summary>What was recommended lately, for the stabilization windows.</summary>
    private readonly Dictionary<ObjectName, List<(DateTimeOffset At, int Replicas)>> _recommended = [];

    /// <summary>When each was looked at last: a change of its own status is no reason to look again.</summary>
    private readonly Dictionary<ObjectName, (DateTimeOffset At, long Generation)> _looked = [];

    public void Map(StoreEvent change, Action<ObjectName> enqueue)
    {
        if (change.Resource == Resource) enqueue(new(change.Object.Namespace, change.Object.Name));
    }

    public void Reconcile(ObjectName name, ControllerContext context)
    {
        var cluster = context.Cluster;
        if (cluster.Store.Snapshot.Find(Resource, name.Namespace, name.Name) is not { IsDeleting: false } stored)
        {
            _recommended.Remove(name);
            _looked.Remove(name);
            return;
        }
        var hpa = stored.Parse();
        var wanted = hpa.Obj("spec")!.ToUtf8().Aggregate(17L, (h, b) => h * 31 + b);
        if (_looked.TryGetValue(name, out var last) && last.Generation == wanted && cluster.Now - last.At < s_period)
        {
            context.Later(last.At + s_period - cluster.Now);
            return;
        }
        _looked[name] = (cluster.Now, wanted);
        context.Later(s_period);
        var status = hpa.Obj("status")?.Copy() ?? [];
        Look(cluster, name, hpa, status);
        // The order in which kubectl shows them.
        cluster.Operations.Update(BuiltInResources.Get(Resource), name.Namespace, name.Name, "status", o =>
        {
            o["status"] = status;
            return o;
        }, s_options);
    }

    private void Look(SandboxCluster cluster, ObjectName name, JsonObject hpa, JsonObject status)
    {
        var now = cluster.Operations.Now;
        void Condition(string type, bool value, string reason, string message) => OwnedObjects.SetCondition(status, type, value ? "True" : "False", reason, message, now);
        void Event(string type, string reason, string message) => EventRecorder.Record(cluster.Operations, hpa, type, reason, message, Component);
        var reference = hpa.Obj("spec", "scaleTargetRef") ?? [];
        var type = cluster.Catalog.FindKind(reference.Str("apiVersion") ?? "apps/v1", reference.Str("kind") ?? "");
        var target = type is null ? null : cluster.Store.Snapshot.Find(type.Resource, name.Namespace, reference.Str("name") ?? "")?.Parse();
        status.Default("currentReplicas", 0);
        status.Default("desiredReplicas", 0);
        if (type is null || target is null)
        {
            var missing = type is null ? $"no matches for kind \"{reference.Str("kind")}\" in group \"{reference.Str("apiVersion")?.Split('/')[0]}\"" : $"{type.Resource} \"{reference.Str("name")}\" not found";
            Event("Warning", "FailedGetScale", missing);
            Condition("AbleToScale", false, "FailedGetScale", $"the HPA controller was unable to get the target's current scale: {missing}");
            return;
        }
        Condition("AbleToScale", true, "SucceededGetScale", "the HPA controller was able to get the target's current scale");
        var current = target.Int(1, "spec", "replicas");
        status["currentReplicas"] = target.Int(0, "status", "replicas");
        var (min, max) = (hpa.Int(1, "spec", "minReplicas"), hpa.Int(1, "spec", "maxReplicas"));
        if (current == 0 && min != 0)
        {
            Condition("ScalingActive", false, "ScalingDisabled", "scaling is disabled since the replica count of the target is zero");
            return;
        }
        if (current > max || current < min)
        {
            Rescale(current > max ? max : min, current > max ? "Current number of replicas above Spec.MaxReplicas" : "Current number of replicas below Spec.MinReplicas");
            return;
        }
        var selector = target.Obj("spec", "selector") ?? [];
        var pods = cluster.Store.Snapshot.List("pods", name.Namespace).Where(p => !p.IsDeleting && p.Phase is not ("Succeeded" or "Failed") && Selectors.Matches(selector, p.Labels)).ToList();
        MetricReading? highest = null;
        var readings = new JsonArray();
        try
        {
            foreach (var metric in hpa.Objects("spec", "metrics"))
            {
                var reading = MetricReader.Read(cluster, metric, pods, current);
                readings.Add(reading.Status);
                if (highest is null || reading.Replicas > highest.Replicas) highest = reading;
            }
        }
        catch (MetricException e)
        {
            var count = hpa.Objects("spec", "metrics").Count();
            var resource = hpa.Objects("spec", "metrics").FirstOrDefault().Str("resource", "name") ?? "cpu";
            Event("Warning", e.Reason, e.Message);
            Event("Warning", "FailedComputeMetricsReplicas", $"invalid metrics (1 invalid out of {count}), first error is: failed to get {resource} resource metric value: {e.Message}");
            Condition("ScalingActive", false, e.Reason, $"the HPA was unable to compute the replica count: {e.Message}");
            status.Remove("currentMetrics");
            return;
        }
        if (highest is null) return;
        status["currentMetrics"] = readings;
        Condition("ScalingActive", true, "ValidMetricFound", $"the HPA was able to successfully calculate a replica count from {highest.Description}");
        var desired = Stabilize(cluster, name, hpa, current, highest.Replicas, Condition);
        var (limited, reason, message) = desired > max ? (true, "TooManyReplicas", "the desired replica count is more than the maximum replica count")
            : desired < min ? (true, "TooFewReplicas", "the desired replica count is less than the minimum replica count") : (false, "DesiredWithinRange", "the desired count is within the acceptable range");
        Condition("ScalingLimited", limited, reason, message);
        desired = Math.Clamp(desired, min, max);
        status["desiredReplicas"] = desired;
        if (desired != current) Rescale(desired, desired > current ? $"{highest.Description} above target" : "All metrics below target");

        void Rescale(int replicas, string why)
        {
            cluster.Operations.Update(type, name.Namespace, reference.Str("name")!, "scale", o =>
            {
                o.Ensure("spec")["replicas"] = replicas;
                return o;
            }, s_options);
            status["desiredReplicas"] = replicas;
            status["lastScaleTime"] = now;
            Condition("AbleToScale", true, "SucceededRescale", $"the HPA controller was able to update the target scale to {replicas}");
            Event("Normal", "SuccessfulRescale", $"New size: {replicas}; reason: {why}");
        }
    }

    /// <summary>Holds a change back as the behaviour's windows and policies say.</summary>
    private int Stabilize(SandboxCluster cluster, ObjectName name, JsonObject hpa, int current, int wanted, Action<string, bool, string, string> condition)
    {
        var up = hpa.Obj("spec", "behavior", "scaleUp");
        var down = hpa.Obj("spec", "behavior", "scaleDown");
        var (upWindow, downWindow) = (TimeSpan.FromSeconds(up.Int(0, "stabilizationWindowSeconds")), TimeSpan.FromSeconds(down.Int(300, "stabilizationWindowSeconds")));
        if (!_recommended.TryGetValue(name, out var past)) _recommended[name] = past = [(cluster.Now, current)];
        past.Add((cluster.Now, wanted));
        past.RemoveAll(p => p.At < cluster.Now - (downWindow > upWindow ? downWindow : upWindow));
        var high = past.Where(p => p.At >= cluster.Now - downWindow).Select(p => p.Replicas).DefaultIfEmpty(wanted).Max();
        var low = past.Where(p => p.At >= cluster.Now - upWindow).Select(p => p.Replicas).DefaultIfEmpty(wanted).Min();
        var result = current < Math.Min(low, wanted) ? Math.Min(low, wanted) : current > Math.Max(high, wanted) ? Math.Max(high, wanted) : current;
        if (wanted < current && result > wanted) condition("AbleToScale", true, "ScaleDownStabilized", "recent recommendations were higher than current one, applying the highest recent recommendation");
        else if (wanted > current && result < wanted) condition("AbleToScale", true, "ScaleUpStabilized", "recent recommendations were lower than current one, applying the lowest recent recommendation");
        else condition("AbleToScale", true, "ReadyForNewScale", "recommended size matches current size");
        var rules = result > current ? up : down;
        if (result == current) return result;
        if (rules.Str("selectPolicy") == "Disabled") return current;
        var steps = rules.Objects("policies").Select(p => p.Str("type") == "Percent" ? (int)Math.Ceiling(current * p.Int(100, "value") / 100d) : p.Int(4, "value")).ToList();
        if (steps.Count == 0) steps = result > current ? [current, 4] : [current];
        var most = rules.Str("selectPolicy") == "Min" ? steps.Min() : steps.Max();
        return result > current ? Math.Min(result, current + most) : Math.Max(result, current - most);
    }
}
