using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Istioctl.Commands;

/// <summary><c>istioctl x metrics</c>: rates and latencies of workloads, asked of the Prometheus in the mesh's namespace.</summary>
internal static class MetricsCommand
{
    private const int Port = 9090;

    public static Command Definition { get; } = new("metrics <workload name>...", "Prints the metrics for the specified workload(s) when running in Kubernetes.")
    {
        Aliases = ["m"], Flags = [new("duration", "d", FlagKind.Duration, "Duration of query metrics, default value is 1m.", "1m0s")], Access = Accesses.ReadControlPlane, Run = RunAsync,
        Check = call => call.Operands.Count == 0 ? "metrics requires workload name" : null,
        Long = "Prints the metrics for the specified service(s) when running in Kubernetes.\n\nAll metrics returned are from server-side reports: total requests per second, error rate, and request latency at p50, p90, and p99 percentiles.",
    };

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var prometheus = call.Cluster.Pods.All.FirstOrDefault(p => p.Namespace == call.IstioNamespace && p.Labels.GetValueOrDefault("app.kubernetes.io/name") == "prometheus")?.ListenerOn(Port) ?? throw new IstioctlException("no Prometheus pods found");
        await call.LineAsync(Row("WORKLOAD", "TOTAL RPS", "ERROR RPS", "P50 LATENCY", "P90 LATENCY", "P99 LATENCY")).ConfigureAwait(false);
        var span = ((int)(EnvoyDuration.Parse(call["duration"]) ?? TimeSpan.FromMinutes(1)).TotalSeconds).ToString(CultureInfo.InvariantCulture) + "s";
        foreach (var workload in call.Operands)
        {
            var parts = workload.Split('.');
            var of = $"destination_workload=~\"{parts[0]}.*\", destination_workload_namespace=~\"{parts.ElementAtOrDefault(1)}.*\",reporter=\"destination\"";
            Task<double> Ask(string query) => AskAsync(prometheus, query, workload, cancellationToken);
            async Task<string> Latency(string quantile) => Duration(await Ask($"histogram_quantile({quantile}, sum(rate(istio_request_duration_milliseconds_bucket{{{of}}}[{span}])) by (le))").ConfigureAwait(false));
            var total = await Ask($"sum(rate(istio_requests_total{{{of}}}[{span}]))").ConfigureAwait(false);
            var errors = await Ask($"sum(rate(istio_requests_total{{{of},response_code=~\"[45][0-9]{{2}}\"}}[{span}]))").ConfigureAwait(false);
            await call.LineAsync(Row(workload, total.ToString("0.000", CultureInfo.InvariantCulture), errors.ToString("0.000", CultureInfo.InvariantCulture), await Latency("0.5").ConfigureAwait(false), await Latency("0.9").ConfigureAwait(false), await Latency("0.99").ConfigureAwait(false))).ConfigureAwait(false);
        }
        return 0;
    }

    private static async Task<double> AskAsync(ContainerInstance prometheus, string query, string workload, CancellationToken cancellationToken)
    {
        var reply = await prometheus.HandleAsync(Port, HttpCall.Get("prometheus:9090", "/api/v1/query?query=" + Uri.EscapeDataString(query)), cancellationToken).ConfigureAwait(false);
        if (reply.Failed || reply.Status != 200) throw new IstioctlException($"could not build metrics for workload '{workload}': query() failure for '{query}'");
        var value = JsonNode.Parse(reply.Body.Span).Objects("data", "result").FirstOrDefault().Arr("value")?[1].Str();
        return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : 0;
    }

    /// <summary>Whole milliseconds, as Go writes durations.</summary>
    private static string Duration(double milliseconds) => Math.Truncate(milliseconds) switch
    {
        0 => "0s",
        >= 1000 and var ms => (ms / 1000).ToString("0.###", CultureInfo.InvariantCulture) + "s",
        var ms => ms.ToString(CultureInfo.InvariantCulture) + "ms",
    };

    /// <summary>Cells to the right, at least 13 wide.</summary>
    private static string Row(string workload, params string[] cells) => workload.PadLeft(40).PadLeft(Math.Max(42, workload.Length + 2)) + string.Concat(cells.Select(c => c.PadLeft(Math.Max(13, c.Length + 2))));
}
