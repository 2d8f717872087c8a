using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Portal.Sandbox.Istioctl.CommandLine;
using Portal.Sandbox.Programs;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Istioctl;

/// <summary><c>proxy-config log</c>: the levels of a proxy's loggers. They live as long as the proxy, and change nothing that can be seen elsewhere.</summary>
internal static class ProxyLogLevels
{
    private static readonly ConditionalWeakTable<PodInstance, ConcurrentDictionary<string, string>> s_levels = [];

    private static readonly string[] s_names = ["trace", "debug", "info", "warning", "error", "critical", "off"];

    private static readonly string[] s_loggers =
    [
        "admin", "alternate_protocols_cache", "aws", "assert", "backtrace", "basic_auth", "cache_filter", "client", "config", "connection", "conn_handler", "compression", "decompression", "dns", "dynamic_forward_proxy", "ext_authz", "ext_proc",
        "fault", "file", "filter", "forward_proxy", "geolocation", "golang", "grpc", "happy_eyeballs", "hc", "health_checker", "http", "http2", "hystrix", "init", "io", "jwt", "kafka", "key_value_store", "lua", "main", "matcher", "misc",
        "mongo", "multi_connection", "oauth2", "pool", "quic", "quic_stream", "rate_limit_quota", "rbac", "rds", "redis", "router", "runtime", "secret", "stats", "stats_sinks", "tap", "testing", "thrift", "tracing", "udp", "upstream", "wasm", "websocket",
    ];

    public static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var changes = call.All("level").SelectMany(l => l.Split(',')).Select(Change).ToList();
        foreach (var pod in Pods(call))
        {
            var levels = s_levels.GetOrCreateValue(pod);
            if (call.Is("reset")) levels.Clear();
            foreach (var (logger, level) in changes)
            {
                if (logger is null) foreach (var all in s_loggers) levels[all] = level;
                else levels[logger] = level;
            }
            // misc is quiet by the arguments that injection gives.
            var text = new StringBuilder($"{pod.Name}.{pod.Namespace}:\nactive loggers:\n");
            foreach (var logger in s_loggers) text.Append("  ").Append(logger).Append(": ").Append(levels.GetValueOrDefault(logger) ?? (logger == "misc" ? "error" : "warning")).Append('\n');
            await call.LineAsync(text.ToString()).ConfigureAwait(false);
        }
        return 0;
    }

    private static IEnumerable<PodInstance> Pods(Invocation call)
    {
        if (call["selector"] is not { } selector) return [ProxyConfigCommand.Proxy(call)];
        var labels = LabelPairs.Parse(selector);
        List<PodInstance> found = [.. call.Cluster.Pods.All.Where(p => p.Namespace == call.Namespace && p.Sidecar is not null && Selectors.Matches(labels, p.Labels)).OrderBy(p => p.Name, StringComparer.Ordinal)];
        return found.Count > 0 ? found : throw new IstioctlException($"no pods found for selector {selector}");
    }

    private static (string? Logger, string Level) Change(string text)
    {
        var parts = text.Split(':', 2);
        var level = parts[^1] == "warn" ? "warning" : parts[^1];
        if (Array.IndexOf(s_names, level) < 0) throw new IstioctlException($"unrecognized logging level: {parts[^1]}");
        if (parts.Length == 2 && Array.IndexOf(s_loggers, parts[0]) < 0) throw new IstioctlException($"unrecognized logger name: {parts[0]}");
        return (parts.Length == 2 ? parts[0] : null, level);
    }
}
