using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Controllers;

/// <summary>How many pods each ReplicaSet of a Deployment should have now (deployment/rolling.go, recreate.go, sync.go).</summary>
internal sealed class Rollout(JsonObject deployment, JsonObject? current, List<JsonObject> sets, Action<JsonObject, int> scaleTo)
{
    private readonly int _wanted = deployment.Int(1, "spec", "replicas");
    private readonly List<JsonObject> _old = [.. sets.Where(s => s != current)];

    private static int Replicas(JsonObject set) => set.Int(0, "spec", "replicas");
    private static int Available(JsonObject? set) => set.Int(0, "status", "availableReplicas");

    /// <summary>Whether the number of replicas was changed since the sets were last scaled.</summary>
    public bool IsScaling => sets.Any(s => Replicas(s) > 0 && DeploymentController.Desired(s) is >= 0 and var desired && desired != _wanted);

    /// <summary>One step of the rollout; what it causes brings the controller back.</summary>
    public void Step()
    {
        if (current is null) return;
        if (deployment.Str("spec", "strategy", "type") == "Recreate")
        {
            foreach (var s in _old) ScaleTo(s, 0);
            if (_old.Sum(s => s.Int(0, "status", "replicas")) == 0) ScaleTo(current, _wanted);
            return;
        }
        if (!Grow(current)) Shrink(current);
    }

    /// <summary>Scales without rolling: one active set takes all; of several each gets its share.</summary>
    public void Scale()
    {
        var active = sets.Where(s => Replicas(s) > 0).ToList();
        if (active.Count <= 1)
        {
            if ((active.FirstOrDefault() ?? current ?? sets.LastOrDefault()) is { } only && (Replicas(only) != _wanted || DeploymentController.Desired(only) != _wanted)) scaleTo(only, _wanted);
            return;
        }
        if (current is not null && Replicas(current) == _wanted && Available(current) == _wanted)
        {
            foreach (var s in _old) ScaleTo(s, 0);
            return;
        }
        if (deployment.Str("spec", "strategy", "type") == "Recreate") return;
        var allowed = _wanted > 0 ? _wanted + Surge(deployment) : 0;
        var total = sets.Sum(Replicas);
        var toAdd = allowed - total;
        var ordered = (toAdd > 0 ? active.OrderByDescending(Replicas).ThenByDescending(s => s.Str("metadata", "creationTimestamp"), StringComparer.Ordinal)
            : active.OrderByDescending(Replicas).ThenBy(s => s.Str("metadata", "creationTimestamp"), StringComparer.Ordinal)).ToList();
        var added = 0;
        var sizes = new Dictionary<JsonObject, int>();
        foreach (var s in ordered)
        {
            var share = toAdd == 0 ? 0 : Fraction(s, allowed);
            var rest = toAdd - added;
            share = toAdd > 0 ? Math.Min(share, rest) : Math.Max(share, rest);
            sizes[s] = Replicas(s) + share;
            added += share;
        }
        if (ordered.Count > 0 && toAdd != 0) sizes[ordered[0]] = Math.Max(0, sizes[ordered[0]] + toAdd - added);
        foreach (var (s, size) in sizes) scaleTo(s, size);
    }

    private int Fraction(JsonObject set, int allowed)
    {
        var before = DeploymentController.Max(set) is > 0 and var max ? max : deployment.Int(1, "status", "replicas");
        return before == 0 ? 0 : (int)Math.Round((double)Replicas(set) * allowed / before, MidpointRounding.AwayFromZero) - Replicas(set);
    }

    private bool Grow(JsonObject set)
    {
        var have = Replicas(set);
        if (have == _wanted) return false;
        var size = have > _wanted ? _wanted : have + Math.Min(Math.Max(0, _wanted + Surge(deployment) - sets.Sum(Replicas)), _wanted - have);
        return ScaleTo(set, size);
    }

    private void Shrink(JsonObject set)
    {
        if (_old.Sum(Replicas) == 0) return;
        var minimum = _wanted - MaxUnavailable(deployment);
        var room = sets.Sum(Replicas) - minimum - (Replicas(set) - Available(set));
        if (room <= 0) return;
        // Pods that are not available cost nothing.
        foreach (var s in _old.Where(s => Replicas(s) > 0))
        {
            var dead = Math.Min(room, Replicas(s) - Available(s));
            if (dead <= 0) continue;
            ScaleTo(s, Replicas(s) - dead);
            room -= dead;
        }
        var spare = sets.Sum(Available) - minimum;
        foreach (var s in _old.Where(s => Replicas(s) > 0))
        {
            if (spare <= 0) break;
            var down = Math.Min(spare, Replicas(s));
            ScaleTo(s, Replicas(s) - down);
            spare -= down;
        }
    }

    private bool ScaleTo(JsonObject set, int replicas)
    {
        if (Replicas(set) == replicas) return false;
        scaleTo(set, replicas);
        return true;
    }

    public static int Surge(JsonObject d) => d.Str("spec", "strategy", "type") == "Recreate" ? 0 : OwnedObjects.Share(d.At("spec", "strategy", "rollingUpdate", "maxSurge"), d.Int(1, "spec", "replicas"), roundUp: true);

    public static int MaxUnavailable(JsonObject d)
    {
        var replicas = d.Int(1, "spec", "replicas");
        if (d.Str("spec", "strategy", "type") == "Recreate" || replicas == 0) return 0;
        var value = OwnedObjects.Share(d.At("spec", "strategy", "rollingUpdate", "maxUnavailable"), replicas, roundUp: false);
        return value == 0 && Surge(d) == 0 ? 1 : Math.Min(value, replicas);
    }
}
