using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Mesh.Validation;

internal static class LoadBalancerRules
{
    private const long MaglevLimit = 5_000_011;

    public static void Check(JsonObject? balancer, bool detectsOutliers, Findings f)
    {
        if (balancer is null) return;
        ConsistentHash(balancer.Obj("consistentHash"), f);
        LocalityRules.Check(balancer.Obj("localityLbSetting"), detectsOutliers, f);
        if (balancer.Obj("warmup") is not { } warmup) return;
        if (warmup["duration"] is null) f.Error("duration is required");
        DurationRules.Check(warmup, "duration", f);
        if (warmup.Real("minimumPercent") > 100) f.Error("minimumPercent value should be less than or equal to 100");
    }

    private static void ConsistentHash(JsonObject? hash, Findings f)
    {
        if (hash is null) return;
        if (hash.Obj("httpCookie") is { } cookie)
        {
            if (string.IsNullOrEmpty(cookie.Str("name"))) f.Error("name required for HttpCookie");
            DurationRules.Read(cookie, "ttl", f);
        }
        if ((hash.Num("minimumRingSize") ?? 0) != 0)
        {
            f.Warn("consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead");
            if (hash.Obj("ringHash") is not null || hash.Obj("maglev") is not null) f.Error("only one of MinimumRingSize or Maglev/Ringhash can be specified");
        }
        if (hash.Obj("maglev") is not { } maglev) return;
        var size = maglev.Num("tableSize") ?? 0;
        if (size == 0) f.Error("tableSize must be set for maglev");
        if (size >= MaglevLimit) f.Error("tableSize must be less than 5000011 for maglev");
        if (!IsPrime(size)) f.Error("tableSize must be a prime number for maglev");
    }

    /// <summary>Envoy's notion, in which 1 is one.</summary>
    private static bool IsPrime(long n)
    {
        if (n is > 0 and < 4) return true;
        if (n % 2 == 0) return false;
        // Not worth the search: it is refused for its size.
        if (n > MaglevLimit) return true;
        for (var factor = 3L; factor * factor <= n; factor += 2)
        {
            if (n % factor == 0) return false;
        }
        return true;
    }
}
