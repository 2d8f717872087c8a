using Portal.Sandbox.Istioctl;
using Portal.Sandbox.Json;
using Portal.Sandbox.Mesh.Telemetry;

namespace Portal.Sandbox.Programs.Observability.Prometheus;

/// <summary>A place that Prometheus reads metrics from.</summary>
internal sealed record ScrapeTarget(PodInstance Pod, string Url, MetricLabels Labels, long Since);

/// <summary>What a Prometheus in a pod has seen: nothing from before it was there.</summary>
internal sealed class ScrapedSeries(SandboxCluster cluster, long since)
{
    public IEnumerable<MetricSeries> Select(string? name)
    {
        foreach (var proxy in cluster.Telemetry.Proxies)
        {
            foreach (var series in proxy.Series(target: true, name))
            {
                if (series.End < since) continue;
                yield return series.Begin < since ? series with { Begin = since } : series;
            }
        }
        if (name is not (null or "up" or "istio_build" or "pilot_xds" or "pilot_services" or "pilot_virt_services" or "process_start_time_seconds" or "scrape_samples_scraped")) yield break;
        foreach (var target in Targets())
        {
            var begin = Math.Max(since, target.Since);
            MetricSeries Gauge(string metric, double value, MetricLabels? labels = null) => new(metric, labels ?? target.Labels, begin, null, _ => value);
            if (name is null or "up") yield return Gauge("up", 1);
            if (name is null or "process_start_time_seconds") yield return Gauge("process_start_time_seconds", target.Since / 1000.0);
            var pilot = target.Pod.Sidecar is null && target.Pod.Labels.GetValueOrDefault("app") == "istiod";
            if (!pilot && target.Pod.Sidecar is null) continue;
            if (name is null or "istio_build") yield return Gauge("istio_build", 1, target.Labels.With("component", pilot ? "pilot" : "proxy").With("tag", ProfileManifests.Version));
            if (!pilot) continue;
            if (name is null or "pilot_xds") yield return Gauge("pilot_xds", cluster.Pods.All.Count(p => p.Sidecar is not null), target.Labels.With("version", ProfileManifests.Version));
            if (name is null or "pilot_services") yield return Gauge("pilot_services", cluster.Mesh.Config.Services.Services.Count());
            if (name is null or "pilot_virt_services") yield return Gauge("pilot_virt_services", cluster.Mesh.Config.VirtualServices.Count);
        }
    }

    /// <summary>The pods that ask to be scraped, by their annotations.</summary>
    public IEnumerable<ScrapeTarget> Targets()
    {
        foreach (var pod in cluster.Pods.All.OrderBy(p => p.Namespace, StringComparer.Ordinal).ThenBy(p => p.Name, StringComparer.Ordinal))
        {
            var annotations = pod.Spec.Map("metadata", "annotations");
            if (annotations.GetValueOrDefault("prometheus.io/scrape") != "true" || pod.Containers.Values.FirstOrDefault(c => c.IsRunning) is not { } running) continue;
            var port = annotations.GetValueOrDefault("prometheus.io/port") ?? "80";
            var labels = new MetricLabels([.. ProxyMetrics.TargetOf(pod).Where(l => l.Key != "instance"), new("instance", $"{pod.Ip}:{port}")]);
            yield return new(pod, $"http://{pod.Ip}:{port}{annotations.GetValueOrDefault("prometheus.io/path") ?? "/metrics"}", labels, running.StartedAt.ToUnixTimeMilliseconds());
        }
    }
}
