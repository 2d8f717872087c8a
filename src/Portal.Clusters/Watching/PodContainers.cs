using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Clusters.Watching;

/// <summary>The containers of a pod, or of what makes pods. Pure.</summary>
internal static class PodContainers
{
    public static IEnumerable<ContainerRow> Of(ClusterObject o)
    {
        if (o.Kind != "Pod")
        {
            var template = o.Json.Find("spec", "template", "spec");
            return template.Find("containers").Items().Select(c => Row(c, default, ContainerRole.App, made: false));
        }
        var (spec, status) = (o.Json.Find("spec"), o.Json.Find("status"));
        return
        [
            .. spec.Find("containers").Items().Select(c =>
                Row(
                    c,
                    StatusOf(status.Find("containerStatuses"), c),
                    Name(c) == "istio-proxy" ? ContainerRole.Sidecar : ContainerRole.App,
                    made: true
                )),
            .. spec.Find("initContainers").Items().Select(c =>
                Row(
                    c,
                    StatusOf(status.Find("initContainerStatuses"), c),
                    c.Find("restartPolicy").Text() == "Always" ? ContainerRole.Sidecar : ContainerRole.Init,
                    made: true
                )),
        ];
    }

    /// <param name="made">Whether it is a container, and not the plan of one.</param>
    private static ContainerRow Row(JsonElement container, JsonElement status, ContainerRole role, bool made) => new(
        Name(container),
        container.Find("image").Text() ?? "",
        role,
        status.Find("ready").IsTrue(),
        status.Find("restartCount").WholeNumber(),
        made ? State(status) : new(StatusTone.Idle, ""),
        status.Find("lastState", "terminated").Exists()
    );

    private static ObjectStatus State(JsonElement status)
    {
        if (status.Find("state", "running").Exists())
            return status.Find("ready").IsTrue()
                ? new(StatusTone.Good, "Running")
                : new(StatusTone.Busy, "Running, not ready");
        if (status.Find("state", "terminated") is { ValueKind: JsonValueKind.Object } over)
        {
            var code = over.Find("exitCode").WholeNumber();
            return new(
                code == 0 ? StatusTone.Idle : StatusTone.Bad,
                $"Terminated: {over.Find("reason").Text() ?? "exit"} ({code})"
            );
        }
        if (status.Find("state", "waiting", "reason").Text() is not { Length: > 0 } reason)
            return new(StatusTone.Busy, "Waiting");
        var coming = reason is "ContainerCreating" or "PodInitializing";
        return new(coming ? StatusTone.Busy : StatusTone.Bad, $"Waiting: {reason}");
    }

    private static JsonElement StatusOf(JsonElement statuses, JsonElement container) =>
        statuses.Items().FirstOrDefault(s => Name(s) == Name(container));

    private static string Name(JsonElement container) => container.Find("name").Text() ?? "";
}
