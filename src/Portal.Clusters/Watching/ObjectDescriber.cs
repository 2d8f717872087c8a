using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>Describes one object of a snapshot. Pure.</summary>
public static class ObjectDescriber
{
    private const int MaxEvents = 50;

    /// <summary>Links of a kind that are told; a namespace's Service may select very many pods.</summary>
    private const int MaxLinks = 100;

    private static readonly HashSet<string> s_badWhenTrue = new(StringComparer.Ordinal)
    {
        "ReplicaFailure", "Failed", "FailureTarget", "DisruptionTarget",
        "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionContentFailure",
    };

    /// <summary>Null when the snapshot does not have it.</summary>
    public static ObjectDescription? Describe(ClusterSnapshot snapshot, ClusterObjectKey key)
    {
        if (!snapshot.Objects.TryGetValue(key, out var o)) return null;
        var owners = o.Json.Find("metadata", "ownerReferences").Items().Select(r => KeyOf(r, key.Namespace)).ToList();
        var owned = o.Uid.Length == 0 ? [] : snapshot.Objects.Values.Where(x => IsOwnedBy(x, o.Uid)).ToList();
        var selected = Selected(snapshot, o);
        var events = snapshot.OfKind("Event").Where(e => IsAbout(e, o)).ToList();
        return new ObjectDescription(key, ObjectStatus.Of(o), o.Json.Find("metadata", "creationTimestamp").Time())
        {
            Version = string.Join(
                ' ',
                new[] { o }.Concat(owned).Concat(selected).Concat(events)
                    .Concat(owners.Select(snapshot.Objects.GetValueOrDefault).OfType<ClusterObject>())
                    .Select(x => $"{x.Uid}:{x.ResourceVersion}")
                    .Order(StringComparer.Ordinal)
            ),
            Facts = ObjectFacts.Of(o),
            Conditions = [.. o.Json.Find("status", "conditions").Items().Select(Condition)],
            Containers = [.. PodContainers.Of(o)],
            Labels =
            [
                .. o.Json.Find("metadata", "labels").Members()
                    .Select(l => new ObjectFact(l.Name, l.Value.Text() ?? "")),
            ],
            Owners =
            [
                .. owners.Select(k => snapshot.Objects.TryGetValue(k, out var owner)
                    ? Link(owner)
                    : new ObjectLink(k, new(StatusTone.Idle, "not watched"), "", There: false)),
            ],
            Owned = Links(owned),
            Selected = Links(selected),
            Events =
            [
                .. events.Select(ClusterSummaryBuilder.Event).OrderByDescending(e => e.LastSeen).Take(MaxEvents),
            ],
        };
    }

    private static ImmutableArray<ObjectLink> Links(IEnumerable<ClusterObject> objects) =>
    [
        .. objects.OrderBy(x => x.Kind, StringComparer.Ordinal).ThenBy(x => x.Name, StringComparer.Ordinal)
            .Take(MaxLinks).Select(Link),
    ];

    private static ObjectLink Link(ClusterObject o) => new(o.Key, ObjectStatus.Of(o), o.Kind switch
    {
        "Pod" => o.Json.Find("status", "podIP").Text() ?? "",
        "ReplicaSet" => "revision "
            + o.Json.Find("metadata", "annotations", "deployment.kubernetes.io/revision").Text(),
        _ => "",
    });

    private static List<ClusterObject> Selected(ClusterSnapshot snapshot, ClusterObject o)
    {
        if (o.Key is { Group: "", Kind: "Service" })
        {
            var selector = o.Json.Labels("spec", "selector");
            return selector.Count == 0
                ? []
                : [.. snapshot.OfKind("Pod", o.Namespace)
                    .Where(p => p.Json.Labels("metadata", "labels").Matches(selector))];
        }
        if (o.Key is not { Group: "", Kind: "Pod" }) return [];
        var labels = o.Json.Labels("metadata", "labels");
        return
        [
            .. snapshot.OfKind("Service", o.Namespace).Where(s =>
                s.Json.Labels("spec", "selector") is { Count: > 0 } selector && labels.Matches(selector)),
        ];
    }

    private static ConditionRow Condition(JsonElement condition)
    {
        var (type, status) = (condition.Find("type").Text() ?? "", condition.Find("status").Text() ?? "");
        bool? good = status switch
        {
            "True" => !s_badWhenTrue.Contains(type),
            "False" => s_badWhenTrue.Contains(type),
            _ => null,
        };
        return new(type, status, condition.Find("reason").Text() ?? "", condition.Find("message").Text() ?? "", good);
    }

    private static ClusterObjectKey KeyOf(JsonElement reference, string @namespace)
    {
        var apiVersion = reference.Find("apiVersion").Text() ?? "";
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return new(
            slash < 0 ? "" : apiVersion[..slash],
            reference.Find("kind").Text() ?? "",
            @namespace,
            reference.Find("name").Text() ?? ""
        );
    }

    private static bool IsOwnedBy(ClusterObject o, string uid) =>
        o.Json.Find("metadata", "ownerReferences").Items().Any(r => r.Find("uid").Text() == uid);

    private static bool IsAbout(ClusterObject e, ClusterObject o)
    {
        var about = e.Json.Find("involvedObject");
        return about.Find("kind").Text() == o.Kind
            && about.Find("name").Text() == o.Name
            && (about.Find("namespace").Text() ?? "") == o.Namespace;
    }
}
