using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Api;
using Portal.Sandbox.Json;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Controllers;

/// <summary>A Deployment's counters and conditions (deployment/progress.go).</summary>
internal static class DeploymentStatus
{
    public static bool IsComplete(int wanted, List<JsonObject> sets, JsonObject? current) =>
        current is not null && current.Int(0, "status", "replicas") == wanted && Sum(sets, "replicas") == wanted && Sum(sets, "availableReplicas") == wanted;

    /// <param name="news">The reason with which a rollout of this set begins.</param>
    public static void Update(ControllerContext context, JsonObject deployment, JsonObject? current, List<JsonObject> sets, string news)
    {
        var cluster = context.Cluster;
        var wanted = deployment.Int(1, "spec", "replicas");
        var before = deployment.Obj("status") ?? [];
        var status = before.Copy();
        var (replicas, available) = (Sum(sets, "replicas"), Sum(sets, "availableReplicas"));
        void Set(string name, int value)
        {
            if (value > 0) status[name] = value;
            else status.Remove(name);
        }
        status["observedGeneration"] = deployment.Num("metadata", "generation");
        Set("replicas", replicas);
        Set("updatedReplicas", current.Int(0, "status", "replicas"));
        Set("readyReplicas", Sum(sets, "readyReplicas"));
        Set("availableReplicas", available);
        Set("unavailableReplicas", Math.Max(0, sets.Sum(s => s.Int(0, "spec", "replicas")) - available));
        var now = cluster.Operations.Now;
        if (available >= wanted - Rollout.MaxUnavailable(deployment)) Condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.");
        else Condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
        Progress();
        if (sets.SelectMany(s => s.Objects("status", "conditions")).FirstOrDefault(c => c.Str("type") == "ReplicaFailure" && c.Str("status") == "True") is { } failure)
            Condition("ReplicaFailure", "True", failure.Str("reason") ?? "", failure.Str("message") ?? "");
        else if (status.Arr("conditions") is { } list)
            for (var i = list.Count - 1; i >= 0; i--) if (list[i].Str("type") == "ReplicaFailure") list.RemoveAt(i);
        if (JsonExtensions.Same(status, before)) return;
        cluster.Operations.Update(BuiltInResources.Deployments, deployment.Str("metadata", "namespace")!, deployment.Str("metadata", "name")!, "status", o =>
        {
            o["status"] = status;
            return o;
        }, WriteOptions.Controller(DeploymentController.Component));

        void Condition(string type, string value, string reason, string message) => OwnedObjects.SetCondition(status, type, value, reason, message, now, true);

        void Progress()
        {
            const string Type = "Progressing";
            var condition = status.Objects("conditions").FirstOrDefault(c => c.Str("type") == Type);
            if (deployment.Flag("spec", "paused") == true)
            {
                if (condition.Str("reason") != "ProgressDeadlineExceeded") Condition(Type, "Unknown", "DeploymentPaused", "Deployment is paused");
                return;
            }
            if (condition.Str("reason") == "DeploymentPaused") Condition(Type, "Unknown", "DeploymentResumed", "Deployment is resumed");
            var set = current.Str("metadata", "name");
            var ofSet = condition is not null && (condition.Str("message") ?? "").Contains($"\"{set}\"", StringComparison.Ordinal);
            if (IsComplete(wanted, sets, current))
            {
                if (condition.Str("reason") != "NewReplicaSetAvailable" || !ofSet) Condition(Type, "True", "NewReplicaSetAvailable", $"ReplicaSet \"{set}\" has successfully progressed.");
                return;
            }
            if (condition.Str("reason") == "NewReplicaSetAvailable" && ofSet && replicas == status.Int(0, "updatedReplicas")) return;
            var moved = status.Int(0, "updatedReplicas") > before.Int(0, "updatedReplicas") || replicas - status.Int(0, "updatedReplicas") < before.Int(0, "replicas") - before.Int(0, "updatedReplicas")
                || status.Int(0, "readyReplicas") > before.Int(0, "readyReplicas") || available > before.Int(0, "availableReplicas");
            if (moved && ofSet)
            {
                Condition(Type, "True", "ReplicaSetUpdated", $"ReplicaSet \"{set}\" is progressing.");
                status.Objects("conditions").First(c => c.Str("type") == Type)["lastUpdateTime"] = now;
            }
            else if (!ofSet && set is not null) Condition(Type, "True", news, news == "NewReplicaSetCreated" ? $"Created new replica set \"{set}\"" : $"Found new replica set \"{set}\"");
            if (deployment.Num("spec", "progressDeadlineSeconds") is not { } seconds || seconds == int.MaxValue) return;
            var last = status.Objects("conditions").FirstOrDefault(c => c.Str("type") == Type);
            if (last is null || last.Str("reason") == "ProgressDeadlineExceeded" || !DateTimeOffset.TryParse(last.Str("lastUpdateTime"), CultureInfo.InvariantCulture, out var since)) return;
            var rest = since.AddSeconds(seconds) - cluster.Now;
            if (rest > TimeSpan.Zero) context.Later(rest);
            else Condition(Type, "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{set}\" has timed out progressing.");
        }
    }

    private static int Sum(List<JsonObject> sets, string field) => sets.Sum(s => s.Int(0, "status", field));
}
