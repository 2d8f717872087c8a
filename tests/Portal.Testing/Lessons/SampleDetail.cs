using Portal.Clusters.Watching;
using Portal.Labs.Sessions;

namespace Portal.Testing.Lessons;

/// <summary>Objects as a cluster with an application would tell them.</summary>
public static class SampleDetail
{
    public const string PodName = "reviews-v1-6d8f9c7b5-x2kd";

    private static readonly ObjectStatus s_good = new(StatusTone.Good, "ready");

    public static ClusterObjectKey PodKey { get; } = SampleSummary.Key("Pod", PodName);

    public static ObjectDetail Service(string yaml = "apiVersion: v1\nkind: Service\nmetadata:\n  name: reviews\n") =>
        new(
            new(SampleSummary.Key("Service", "reviews"), new(StatusTone.Idle, "in place"), DateTimeOffset.UnixEpoch)
            {
                Version = yaml,
                Facts = [new("Type", "ClusterIP"), new("Ports", "9080/TCP"), new("Selector", "app=reviews")],
                Selected = [new(PodKey, new(StatusTone.Bad, "CrashLoopBackOff"), "10.244.0.7")],
            },
            yaml,
            Before: null,
            Gone: false
        );

    public static ObjectDetail Pod(DateTimeOffset now) =>
        new(
            new(PodKey, new(StatusTone.Bad, "CrashLoopBackOff"), now.AddMinutes(-3))
            {
                Version = "1",
                Facts = [new("Node", "sandbox-worker"), new("Address", "10.244.0.7"), new("Restarts", "Always")],
                Containers =
                [
                    new(
                        "reviews",
                        "istio/examples-bookinfo-reviews-v1:1.20.3",
                        ContainerRole.App,
                        false,
                        3,
                        new(StatusTone.Bad, "Waiting: CrashLoopBackOff"),
                        true
                    ),
                    new(
                        "istio-proxy",
                        "istio/proxyv2:1.30.3",
                        ContainerRole.Sidecar,
                        true,
                        0,
                        new(StatusTone.Good, "Running"),
                        false
                    ),
                ],
                Conditions =
                [
                    new("PodScheduled", "True", "", "", true),
                    new("Ready", "False", "ContainersNotReady", "containers with unready status: [reviews]", false),
                ],
                Labels = [new("app", "reviews"), new("version", "v1")],
                Owners =
                [
                    new(SampleSummary.Key("ReplicaSet", "reviews-v1-6d8f9c7b5", group: "apps"), s_good, "revision 1"),
                ],
                Selected = [new(SampleSummary.Key("Service", "reviews"), new(StatusTone.Idle, "in place"), "")],
                Events =
                [
                    new(
                        "bookinfo",
                        "Warning",
                        "BackOff",
                        $"pod/{PodName}",
                        "Back-off restarting failed container reviews",
                        now.AddSeconds(-9),
                        3
                    ),
                ],
            },
            $"apiVersion: v1\nkind: Pod\nmetadata:\n  name: {PodName}\n  namespace: bookinfo\n"
                + "  labels:\n    app: reviews\n"
                + "    version: v1\nspec:\n  nodeName: sandbox-worker\n",
            Before: null,
            Gone: false
        );

    /// <summary>Of one step: a virtual service changed, a service created, a deployment deleted.</summary>
    public static ClusterChanges Changes(string sectionId) =>
        new(
            sectionId,
            [
                new(
                    sectionId,
                    [
                        new(
                            SampleSummary.Key("VirtualService", "reviews", group: "networking.istio.io"),
                            ObjectChangeKind.Changed,
                            [
                                new("spec.http[0].route[0].weight", "100", "90"),
                                new(
                                    "spec.http[0].route[1]",
                                    null,
                                    "{\"destination\":{\"host\":\"reviews\",\"subset\":\"v2\"},\"weight\":10}"
                                ),
                            ],
                            DateTimeOffset.UnixEpoch
                        ),
                        new(
                            SampleSummary.Key("Service", "reviews"),
                            ObjectChangeKind.Created,
                            [],
                            DateTimeOffset.UnixEpoch
                        ),
                        new(
                            SampleSummary.Key("Deployment", "old", group: "apps"),
                            ObjectChangeKind.Deleted,
                            [],
                            DateTimeOffset.UnixEpoch
                        ),
                    ],
                    0
                ),
            ]
        );
}
