using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading.Probes;

/// <summary>An answer to one request; status 0 when there was none.</summary>
internal sealed record TrafficAnswer(int Status, string Body, IReadOnlyDictionary<string, string> Headers, TimeSpan Elapsed)
{
    public bool Succeeded => Status is >= 200 and < 300;
}

/// <summary>Sends the requests of a traffic probe.</summary>
internal abstract class TrafficSource
{
    private const string IngressService = "api/v1/namespaces/istio-system/services/http:istio-ingressgateway:80/proxy";

    public abstract string Where { get; }

    public abstract Task<TrafficAnswer> SendAsync(CancellationToken cancellationToken);

    /// <summary>Null when the pod that should send is not there; <paramref name="problem"/> says so.</summary>
    public static TrafficSource? Create(ProbeContext context, JsonObject settings, TimeProvider time, out string problem)
    {
        problem = "";
        var headers = settings.Section("headers")?.Select(h => KeyValuePair.Create(h.Key, (h.Value as JsonValue)?.Scalar() ?? "")).ToImmutableArray() ?? [];
        if (settings.Text("from") == "ingress")
            return new Ingress(context, time, settings.Text("path") ?? "/", headers);

        var @namespace = settings.Text("namespace") ?? "default";
        var workload = settings.Text("workload") ?? "";
        // A pod of its own is its own workload.
        var pod = ClusterSummaryBuilder.From(context.Snapshot).Pods.FirstOrDefault(p => p.Namespace == @namespace && (p.Workload.Length > 0 ? p.Workload : p.Name) == workload && p.ReadyContainers == p.Containers);
        if (pod is null)
        {
            problem = $"no ready pod of {workload} in namespace {@namespace} to send from";
            return null;
        }
        return new Workload(context.Api, pod, settings.Text("container") ?? workload, settings.Text("url") ?? settings.Text("path") ?? "", headers);
    }

    /// <summary>Through the API server's proxy to the gateway's service, which needs no port on this machine.</summary>
    private sealed class Ingress(
        ProbeContext context,
        TimeProvider time,
        string path,
        ImmutableArray<KeyValuePair<string, string>> headers
    ) : TrafficSource
    {
        public override string Where => $"{path} through the ingress gateway";

        public override async Task<TrafficAnswer> SendAsync(CancellationToken cancellationToken)
        {
            var start = time.GetTimestamp();
            using var response = await context
                .Api.GetRawAsync(IngressService + path, headers, cancellationToken)
                .ConfigureAwait(false);
            return new(
                (int)response.StatusCode,
                await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false),
                response.Headers.ToDictionary(
                    h => h.Key,
                    h => string.Join(",", h.Value),
                    StringComparer.OrdinalIgnoreCase
                ),
                InCluster(response) ?? time.GetElapsedTime(start)
            );
        }

        /// <summary>By the cluster's own clock where it has one: this machine may be busy.</summary>
        private TimeSpan? InCluster(HttpResponseMessage response) =>
            context.RequestTimeHeader is { } header
            && response.Headers.TryGetValues(header, out var values)
            && double.TryParse(values.Last(), CultureInfo.InvariantCulture, out var milliseconds)
                ? TimeSpan.FromMilliseconds(milliseconds)
                : null;
    }

    /// <summary>curl inside a pod, so that the caller's proxy decides. It measures the time there, without that of getting into the pod.</summary>
    private sealed class Workload(ClusterApi api, PodRow pod, string container, string url, ImmutableArray<KeyValuePair<string, string>> headers) : TrafficSource
    {
        private readonly ImmutableArray<string> _command =
            ["curl", "-s", "--max-time", "10", .. headers.SelectMany(h => (string[])["-H", $"{h.Key}: {h.Value}"]), "-w", "\n%{http_code} %{time_total}", url];

        public override string Where => $"{url} from pod {pod.Namespace}/{pod.Name}";

        public override async Task<TrafficAnswer> SendAsync(CancellationToken cancellationToken)
        {
            var result = await api.ExecAsync(pod.Namespace, pod.Name, container, _command, cancellationToken).ConfigureAwait(false);
            var text = result.Output.TrimEnd();
            var end = text.LastIndexOf('\n');
            var last = text[(end + 1)..].Split(' ');
            var status = int.TryParse(last[0], CultureInfo.InvariantCulture, out var code) ? code : 0;
            var seconds = double.TryParse(last[^1], CultureInfo.InvariantCulture, out var total) ? total : 0;
            return new(status, end < 0 ? "" : text[..end], ImmutableDictionary<string, string>.Empty, TimeSpan.FromSeconds(seconds));
        }
    }
}
