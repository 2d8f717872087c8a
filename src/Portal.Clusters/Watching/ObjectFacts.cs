using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>One line of what <c>kubectl describe</c> tells.</summary>
public sealed record ObjectFact(string Name, string Value);

/// <summary>What is worth knowing of an object besides its status, most telling first. Pure.</summary>
internal static class ObjectFacts
{
    public static ImmutableArray<ObjectFact> Of(ClusterObject o) =>
        [.. Read(o.Kind, o.Json, o.Json.Find("spec")).Where(f => f.Value.Length > 0)];

    private static IEnumerable<ObjectFact> Read(string kind, JsonElement json, JsonElement spec) => kind switch
    {
        "Pod" =>
        [
            new("Node", spec.Find("nodeName").Text() ?? "not placed yet"),
            new("Address", json.Find("status", "podIP").Text() ?? ""),
            new("Service account", spec.Find("serviceAccountName").Text() ?? ""),
            new("Restarts", spec.Find("restartPolicy").Text() ?? ""),
        ],
        "Deployment" or "StatefulSet" or "ReplicaSet" => Replicas(json, spec),
        "DaemonSet" =>
        [
            new("Pods", $"{json.Find("status", "numberReady").WholeNumber()} of "
                + $"{json.Find("status", "desiredNumberScheduled").WholeNumber()} ready, one a node"),
            new("Selector", Selector(spec.Find("selector", "matchLabels"))),
        ],
        "Job" =>
        [
            new("Completions", $"{json.Find("status", "succeeded").WholeNumber()} of "
                + spec.Find("completions").WholeNumber(1)),
            new("Failed", json.Find("status", "failed").WholeNumber() is var failed and > 0 ? $"{failed} times" : ""),
        ],
        "Service" =>
        [
            new("Type", spec.Find("type").Text() ?? "ClusterIP"),
            new("Cluster IP", spec.Find("clusterIP").Text() ?? "None"),
            new("Ports", string.Join(", ", spec.Find("ports").Items().Select(TargetPort))),
            new("Selector", Selector(spec.Find("selector"))),
            new("External address", string.Join(", ", json.Find("status", "loadBalancer", "ingress").Items()
                .Select(i => i.Find("ip").Text() ?? i.Find("hostname").Text()))),
        ],
        "ConfigMap" or "Secret" =>
        [
            new("Type", kind == "Secret" ? json.Find("type").Text() ?? "Opaque" : ""),
            new("Keys", Keys(json)),
        ],
        "Ingress" =>
        [
            new("Rules", string.Join(", ", spec.Find("rules").Items().SelectMany(IngressPaths))),
            new("Class", spec.Find("ingressClassName").Text() ?? ""),
        ],
        _ => MeshFacts.Read(kind, json, spec),
    };

    public static string Selector(JsonElement labels) =>
        string.Join(", ", labels.Members().Select(l => $"{l.Name}={l.Value.Text()}"));

    private static IEnumerable<ObjectFact> Replicas(JsonElement json, JsonElement spec) =>
    [
        new("Replicas", $"{json.Find("status", "readyReplicas").WholeNumber()} of "
            + $"{spec.Find("replicas").WholeNumber(1)} ready"),
        new("Strategy", spec.Find("strategy", "type").Text() ?? spec.Find("updateStrategy", "type").Text() ?? ""),
        new("Selector", Selector(spec.Find("selector", "matchLabels"))),
    ];

    private static string TargetPort(JsonElement port) =>
        ClusterSummaryBuilder.Port(port)
        + (port.Find("targetPort").Text() is { } target && target != port.Find("port").Text() ? $" → {target}" : "");

    private static string Keys(JsonElement json)
    {
        var names = json.Find("data").Members().Concat(json.Find("binaryData").Members()).Select(m => m.Name).ToList();
        return names.Count == 0 ? "none" : string.Join(", ", names);
    }

    private static IEnumerable<string> IngressPaths(JsonElement rule) =>
        rule.Find("http", "paths").Items().Select(p =>
            $"{rule.Find("host").Text() ?? "*"}{p.Find("path").Text()} → "
            + p.Find("backend", "service", "name").Text());
}
