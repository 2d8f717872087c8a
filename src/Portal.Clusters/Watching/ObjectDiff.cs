using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>One field that differs.</summary>
/// <param name="Path">
/// Where, e.g. <c>spec.http[0].route[1].weight</c>; items that have names are called by them.
/// </param>
/// <param name="Before">Null when the field was not there.</param>
/// <param name="After">Null when it is not there any more.</param>
public sealed record FieldChange(string Path, string? Before, string? After);

/// <summary>
/// What somebody has changed in an object: what the cluster writes by itself (status, versions, bookkeeping) is left
/// out. Pure.
/// </summary>
public static class ObjectDiff
{
    private const int LongestValue = 96;

    private static readonly HashSet<string> s_bookkeeping = new(StringComparer.Ordinal)
    {
        "managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink",
    };

    /// <param name="most">Beyond these no more are looked for.</param>
    public static ImmutableArray<FieldChange> Of(JsonElement before, JsonElement after, int most)
    {
        var found = ImmutableArray.CreateBuilder<FieldChange>();
        Compare("", Meant(before), Meant(after), found, most);
        return found.ToImmutable();
    }

    /// <summary>Whether a field at the top of an object, or of its metadata, is the cluster's own.</summary>
    public static bool IsBookkeeping(string? parent, string name) =>
        parent switch
        {
            null => name == "status",
            "metadata" => s_bookkeeping.Contains(name),
            "annotations" => IsHeartbeat(name)
                || name is "kubectl.kubernetes.io/last-applied-configuration" or "deployment.kubernetes.io/revision",
            _ => false,
        };

    /// <summary>An annotation that somebody renews again and again.</summary>
    internal static bool IsHeartbeat(string annotation) => annotation == "control-plane.alpha.kubernetes.io/leader";

    private static Node Meant(JsonElement json) => new(json, Level.Object);

    private static void Compare(
        string path,
        Node before,
        Node after,
        ImmutableArray<FieldChange>.Builder found,
        int most
    )
    {
        if (found.Count >= most || JsonElement.DeepEquals(before.Json, after.Json)) return;
        if (before.Json.ValueKind == JsonValueKind.Object && after.Json.ValueKind == JsonValueKind.Object)
            CompareMembers(path, before.Members, after.Members, found, most);
        else if (before.Json.ValueKind == JsonValueKind.Array && after.Json.ValueKind == JsonValueKind.Array)
            CompareMembers(path, Items(before, after), Items(after, before), found, most);
        else
            found.Add(new(path, Text(before), Text(after)));
    }

    private static void CompareMembers(
        string path,
        List<(string Step, Node Value)> before,
        List<(string Step, Node Value)> after,
        ImmutableArray<FieldChange>.Builder found,
        int most
    )
    {
        var was = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var (step, value) in before) was[step] = value;
        var now = after.Select(m => m.Step).ToHashSet(StringComparer.Ordinal);
        foreach (var (step, value) in after)
        {
            if (was.TryGetValue(step, out var old)) Compare(Join(path, step), old, value, found, most);
            else if (found.Count < most) found.Add(new(Join(path, step), null, Text(value)));
        }
        foreach (var (step, value) in before.Where(m => !now.Contains(m.Step)))
            if (found.Count < most) found.Add(new(Join(path, step), Text(value), null));
    }

    /// <summary>By name where every item of both lists has one of its own, as containers and subsets do.</summary>
    private static List<(string, Node)> Items(Node list, Node other)
    {
        var named = HasNames(list.Json) && HasNames(other.Json);
        return
        [
            .. list.Json.Items().Select((item, i) => (
                named ? $"[{item.Find("name").Text()}]" : $"[{i}]", new Node(item, Level.Inside))),
        ];
    }

    private static bool HasNames(JsonElement list)
    {
        var names = list.Items().Select(i => i.Find("name").Text()).ToList();
        return names.TrueForAll(n => n is not null) && names.Distinct(StringComparer.Ordinal).Count() == names.Count;
    }

    private static string Join(string path, string step) =>
        path.Length == 0 || step[0] == '[' ? path + step : $"{path}.{step}";

    private static string Text(Node node)
    {
        var text = node.Json.ValueKind == JsonValueKind.String ? node.Json.GetString()! : node.Json.GetRawText();
        text = text.ReplaceLineEndings(" ");
        return text.Length > LongestValue ? text[..(LongestValue - 1)] + "…" : text;
    }

    private enum Level { Object, Metadata, Annotations, Inside }

    private readonly record struct Node(JsonElement Json, Level Level)
    {
        public List<(string Step, Node Value)> Members
        {
            get
            {
                var level = Level;
                var parent = level switch
                {
                    Level.Object => null,
                    Level.Metadata => "metadata",
                    Level.Annotations => "annotations",
                    _ => "",
                };
                return
                [
                    .. Json.Members().Where(m => !IsBookkeeping(parent, m.Name))
                        .Select(m => (m.Name, new Node(m.Value, Below(level, m.Name)))),
                ];
            }
        }

        private static Level Below(Level level, string name) => (level, name) switch
        {
            (Level.Object, "metadata") => Level.Metadata,
            (Level.Metadata, "annotations") => Level.Annotations,
            _ => Level.Inside,
        };
    }
}
