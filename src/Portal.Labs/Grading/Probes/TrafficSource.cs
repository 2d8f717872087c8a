using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;
using Portal.Labs.Traffic;

namespace Portal.Labs.Grading.Probes;

/// <summary>An answer to one request; status 0 when there was none.</summary>
/// <param name="Problem">Why there was none, where that is known.</param>
internal sealed record TrafficAnswer(
    int Status,
    string Body,
    IReadOnlyDictionary<string, string> Headers,
    TimeSpan Elapsed,
    string? Problem = null
)
{
    public bool Succeeded => Status is >= 200 and < 300;

    public static TrafficAnswer None(string problem) =>
        new(0, problem, ImmutableDictionary<string, string>.Empty, TimeSpan.Zero, problem);
}

/// <summary>Sends the requests of a traffic probe, and of a learner.</summary>
internal abstract class TrafficSource
{
    private const string IngressService = "api/v1/namespaces/istio-system/services/http:istio-ingressgateway:80/proxy";

    /// <summary>Of a body, what is read; a program may answer without end.</summary>
    private const int BodyLimit = 1024 * 1024;

    public abstract string Where { get; }

    public abstract Task<TrafficAnswer> SendAsync(CancellationToken cancellationToken);

    /// <summary>Null when the pod that should send is not there; <paramref name="problem"/> says so.</summary>
    public static TrafficSource? Create(ProbeContext context, JsonObject settings, TimeProvider time, out string problem)
    {
        var headers = settings.Section("headers")?.Select(h => KeyValuePair.Create(h.Key, (h.Value as JsonValue)?.Scalar() ?? "")).ToImmutableArray() ?? [];
        var workload = settings.Text("workload") ?? "";
        var order = settings.Text("from") == "ingress"
            ? new TrafficOrder(null, "", settings.Text("path") ?? "/", headers)
            : new TrafficOrder(
                settings.Text("namespace") ?? "default",
                workload,
                settings.Text("url") ?? settings.Text("path") ?? "",
                headers
            );
        var container = settings.Text("container") ?? workload;
        return Create(context.Snapshot, context.Api, context.RequestTimeHeader, order, container, time, out problem);
    }

    /// <inheritdoc cref="Create(ProbeContext, JsonObject, TimeProvider, out string)"/>
    /// <param name="container">The container that has curl; null for the pod's first that is not a proxy.</param>
    public static TrafficSource? Create(
        ClusterSnapshot snapshot,
        ClusterApi api,
        string? requestTimeHeader,
        TrafficOrder order,
        string? container,
        TimeProvider time,
        out string problem
    )
    {
        problem = "";
        if (order.Namespace is not { } @namespace)
            return new Ingress(api, requestTimeHeader, time, order.Target, order.Headers);
        // A pod of its own is its own workload.
        var pod = ClusterSummaryBuilder.From(snapshot).Pods.FirstOrDefault(p =>
            p.Namespace == @namespace
            && (p.Workload.Length > 0 ? p.Workload : p.Name) == order.Workload
            && p.ReadyContainers == p.Containers
        );
        if (pod is null)
        {
            problem = $"no ready pod of {order.Workload} in namespace {@namespace} to send from";
            return null;
        }
        container ??= snapshot.Objects[pod.Key].Json.Find("spec", "containers").Items()
            .Select(c => c.Find("name").Text())
            .FirstOrDefault(c => c != "istio-proxy");
        return new Workload(api, pod, container ?? order.Workload, order.Target, order.Headers);
    }

    /// <summary>Through the API server's proxy to the gateway's service, which needs no port on this machine.</summary>
    private sealed class Ingress(
        ClusterApi api,
        string? requestTimeHeader,
        TimeProvider time,
        string path,
        ImmutableArray<KeyValuePair<string, string>> headers
    ) : TrafficSource
    {
        public override string Where => $"{path} through the ingress gateway";

        public override async Task<TrafficAnswer> SendAsync(CancellationToken cancellationToken)
        {
            var start = time.GetTimestamp();
            using var response = await api.GetRawAsync(IngressService + path, headers, cancellationToken)
                .ConfigureAwait(false);
            return new(
                (int)response.StatusCode,
                await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false),
                response.Headers.ToDictionary(
                    h => h.Key,
                    h => string.Join(",", h.Value),
                    StringComparer.OrdinalIgnoreCase
                ),
                InCluster(response) ?? time.GetElapsedTime(start)
            );
        }

        private static async Task<string> ReadAsync(HttpContent content, CancellationToken cancellationToken)
        {
            var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var buffer = new byte[BodyLimit];
            var read = await stream.ReadAtLeastAsync(buffer, BodyLimit, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return Encoding.UTF8.GetString(buffer, 0, read);
        }

        /// <summary>By the cluster's own clock where it has one: this machine may be busy.</summary>
        private TimeSpan? InCluster(HttpResponseMessage response) =>
            requestTimeHeader is { } header
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
            return new(
                status,
                end < 0 ? "" : text[..end],
                ImmutableDictionary<string, string>.Empty,
                TimeSpan.FromSeconds(seconds),
                status == 0 ? Problem(result) : null
            );
        }

        /// <summary>What curl's exit code means.</summary>
        private string Problem(ExecResult result) => result.ExitCode switch
        {
            3 => "curl cannot read this address",
            6 => "no service of this name is known in the cluster",
            7 => "nothing listens there, or the connection was refused",
            28 => "no answer within 10 s",
            35 => "TLS could not be agreed on",
            52 => "the connection was closed without an answer",
            56 => "the connection was reset: so ends a request without mutual TLS where it is STRICT",
            0 or > 0 and < 100 => $"curl ended with exit code {result.ExitCode}",
            _ => $"container {container} of {pod.Name} has no curl to send with; choose another workload",
        };
    }
}
