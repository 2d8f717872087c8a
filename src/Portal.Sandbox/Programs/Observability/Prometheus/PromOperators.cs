using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>Binary operators between scalars and vectors.</summary>
internal static class PromOperators
{
    public static PromValue Apply(BinaryNode node, PromValue left, PromValue right)
    {
        if (node.Operator is "and" or "or" or "unless") return PromValue.Of(Sets(node, left.Samples, right.Samples));
        return (left.Type, right.Type) switch
        {
            (PromType.Scalar, PromType.Scalar) => PromValue.Of(Compute(node.Operator, left.Scalar, right.Scalar, out var holds) is var v && IsComparison(node.Operator) ? holds ? 1 : 0 : v),
            (PromType.Vector, PromType.Scalar) => PromValue.Of(Each(node, left.Samples, s => (s, right.Scalar), keepRight: false)),
            (PromType.Scalar, PromType.Vector) => PromValue.Of(Each(node, right.Samples, s => (left.Scalar, s), keepRight: true)),
            _ => PromValue.Of(Vectors(node, left.Samples, right.Samples)),
        };
    }

    private static List<PromSample> Each(BinaryNode node, IReadOnlyList<PromSample> samples, Func<double, (double, double)> sides, bool keepRight)
    {
        var result = new List<PromSample>();
        foreach (var s in samples)
        {
            var (l, r) = sides(s.Value);
            var value = Compute(node.Operator, l, r, out var holds);
            if (!IsComparison(node.Operator)) result.Add(new(s.Labels.Without([]), value));
            else if (node.AsBool) result.Add(new(s.Labels.Without([]), holds ? 1 : 0));
            else if (holds) result.Add(s with { Value = keepRight ? r : l });
        }
        return result;
    }

    private static List<PromSample> Vectors(BinaryNode node, IReadOnlyList<PromSample> left, IReadOnlyList<PromSample> right)
    {
        var matching = node.Matching;
        // "One" is the side that may have a group's labels only once.
        var swapped = matching.Many == "right";
        var (many, ones) = swapped ? (right, left) : (left, right);
        var index = new Dictionary<MetricLabels, PromSample>();
        foreach (var s in ones)
        {
            if (!index.TryAdd(Group(matching, s.Labels), s))
                throw new PromException($"found duplicate series for the match group {Group(matching, s.Labels)} on the {(swapped ? "left" : "right")} hand-side of the operation: [{index[Group(matching, s.Labels)].Labels}, {s.Labels}];many-to-many matching not allowed: matching labels must be unique on one side", "execution");
        }
        var (result, seen) = (new List<PromSample>(), new HashSet<MetricLabels>());
        foreach (var m in many)
        {
            var group = Group(matching, m.Labels);
            if (!index.TryGetValue(group, out var one)) continue;
            var (l, r) = swapped ? (one.Value, m.Value) : (m.Value, one.Value);
            var value = Compute(node.Operator, l, r, out var holds);
            if (IsComparison(node.Operator) && !node.AsBool)
            {
                if (!holds) continue;
                value = l;
            }
            else if (IsComparison(node.Operator)) value = holds ? 1 : 0;
            var labels = matching.Many.Length == 0 ? group : m.Labels.Without([]);
            if (matching.Many.Length == 0 && IsComparison(node.Operator) && !node.AsBool) labels = m.Labels;
            foreach (var name in matching.Include) labels = labels.With(name, one.Labels[name]);
            if (!seen.Add(labels)) throw new PromException(matching.Many.Length == 0 ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)" : "multiple matches for labels: grouping labels must ensure unique matches", "execution");
            result.Add(new(labels, value));
        }
        return result;
    }

    private static List<PromSample> Sets(BinaryNode node, IReadOnlyList<PromSample> left, IReadOnlyList<PromSample> right)
    {
        var matching = node.Matching;
        var there = new HashSet<MetricLabels>((node.Operator == "or" ? left : right).Select(s => Group(matching, s.Labels)));
        return node.Operator switch
        {
            "and" => [.. left.Where(s => there.Contains(Group(matching, s.Labels)))],
            "unless" => [.. left.Where(s => !there.Contains(Group(matching, s.Labels)))],
            _ => [.. left, .. right.Where(s => !there.Contains(Group(matching, s.Labels)))],
        };
    }

    private static MetricLabels Group(VectorMatching matching, MetricLabels labels) => matching.On ? labels.Keep(matching.Labels) : labels.Without(matching.Labels);

    private static bool IsComparison(string op) => op is "==" or "!=" or ">" or "<" or ">=" or "<=";

    private static double Compute(string op, double l, double r, out bool holds)
    {
        holds = op switch { "==" => l == r, "!=" => l != r, ">" => l > r, "<" => l < r, ">=" => l >= r, "<=" => l <= r, _ => true };
        return op switch { "+" => l + r, "-" => l - r, "*" => l * r, "/" => l / r, "%" => l % r, "^" => Math.Pow(l, r), "atan2" => Math.Atan2(l, r), _ => l };
    }
}
