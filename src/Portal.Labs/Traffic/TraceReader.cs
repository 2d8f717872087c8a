using System.Collections.Immutable;
using System.Text.Json;
using Portal.Clusters.Api;

namespace Portal.Labs.Traffic;

/// <summary>Reads traces from the mesh's Jaeger, by the API that its own page uses.</summary>
internal static class TraceReader
{
    /// <summary>The service of Istio's add-on.</summary>
    private static readonly ServiceProxy s_jaeger = new("istio-system", "tracing", "80");

    /// <param name="service">As Jaeger names it; null for the one where requests come in.</param>
    public static async Task<TraceList> ReadAsync(ClusterApi api, string? service, CancellationToken cancellationToken)
    {
        try
        {
            var (status, names) = await s_jaeger
                .AskAsync(api, "jaeger/api/services", cancellationToken)
                .ConfigureAwait(false);
            if (ServiceProxy.IsAbsent(status))
                return TraceList.NotInstalled;
            if (status != 200)
                return new(true, [], null, [], $"Jaeger answers with status {status}.");
            ImmutableArray<string> services =
            [
                .. names
                    .Items()
                    .Select(n => n.Text())
                    .OfType<string>()
                    .Where(n => n != "jaeger")
                    .Order(StringComparer.Ordinal),
            ];
            var chosen = services.Contains(service ?? "")
                ? service
                : services.FirstOrDefault(s => s.StartsWith("istio-ingressgateway", StringComparison.Ordinal))
                    ?? services.FirstOrDefault();
            if (chosen is null)
                return new(true, services, null, []);
            var query = $"jaeger/api/traces?service={Uri.EscapeDataString(chosen)}&limit={TraceList.Most}&lookback=1h";
            var (found, data) = await s_jaeger.AskAsync(api, query, cancellationToken).ConfigureAwait(false);
            return found == 200
                ? new(
                    true,
                    services,
                    chosen,
                    [.. data.Items().Select(Read).OfType<Trace>().OrderByDescending(t => t.Start)]
                )
                : new(true, services, chosen, [], $"Jaeger answers with status {found}.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return new(true, [], null, [], "Jaeger does not answer. Traces come back when it does.");
        }
    }

    private static Trace? Read(JsonElement trace)
    {
        var processes = trace
            .Find("processes")
            .Members()
            .ToDictionary(p => p.Name, p => p.Value.Find("serviceName").Text() ?? "", StringComparer.Ordinal);
        var spans = trace.Find("spans").Items().Select(s => RawSpan.Read(s, processes)).ToList();
        if (spans.Count == 0)
            return null;
        var start = spans.Min(s => s.Start);
        var end = spans.Max(s => s.Start + s.Length);
        var ordered = InOrder(spans, start).Take(TraceList.MostSpans).ToImmutableArray();
        return new(
            trace.Find("traceID").Text() ?? "",
            DateTimeOffset.UnixEpoch.AddMicroseconds(start),
            TimeSpan.FromMicroseconds(end - start),
            ordered,
            spans.Count - ordered.Length
        );
    }

    /// <summary>Whoever names a parent that is not there, or themselves in a circle, begins anew.</summary>
    private static IEnumerable<TraceSpan> InOrder(List<RawSpan> spans, long start)
    {
        var ids = spans.Select(s => s.Id).ToHashSet(StringComparer.Ordinal);
        var children = spans.ToLookup(s => ids.Contains(s.Parent) && s.Parent != s.Id ? s.Parent : "");
        var seen = new HashSet<RawSpan>();
        var roots = children[""].Concat(spans);
        foreach (var root in roots.OrderBy(s => s.Start))
        {
            var waiting = new Stack<(RawSpan Span, int Depth)>([(root, 0)]);
            while (waiting.TryPop(out var next))
            {
                if (!seen.Add(next.Span))
                    continue;
                yield return next.Span.At(start, next.Depth);
                foreach (var child in children[next.Span.Id].OrderByDescending(c => c.Start))
                    waiting.Push((child, next.Depth + 1));
            }
        }
    }

    /// <summary>As Jaeger writes it; times in microseconds.</summary>
    private sealed record RawSpan(
        string Id,
        string Parent,
        string Service,
        string Operation,
        long Start,
        long Length,
        IReadOnlyDictionary<string, string> Tags
    )
    {
        private const long Latest = 1L << 52;

        public static RawSpan Read(JsonElement span, Dictionary<string, string> processes) =>
            new(
                span.Find("spanID").Text() ?? "",
                span.Find("references")
                    .Items()
                    .FirstOrDefault(r => r.Find("refType").Text() == "CHILD_OF")
                    .Find("spanID")
                    .Text()
                    ?? "",
                processes.GetValueOrDefault(span.Find("processID").Text() ?? "", ""),
                span.Find("operationName").Text() ?? "",
                Micros(span.Find("startTime")),
                Micros(span.Find("duration")),
                span.Find("tags")
                    .Items()
                    .GroupBy(t => t.Find("key").Text() ?? "", t => t.Find("value").Text() ?? "", StringComparer.Ordinal)
                    .ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal)
            );

        public TraceSpan At(long start, int depth)
        {
            string Tag(string name) => Tags.GetValueOrDefault(name, "") is var value and not "-" ? value : "";
            var status = Tag("http.status_code");
            return new(
                Service,
                Operation,
                depth,
                TimeSpan.FromMicroseconds(Start - start),
                TimeSpan.FromMicroseconds(Length),
                Tag("span.kind"),
                status,
                Tag("response_flags"),
                Tag("error") == "true" || (status.Length > 0 && Prometheus.IsError(status))
            );
        }

        private static long Micros(JsonElement number) => (long)Math.Clamp(number.Number() ?? 0, 0, Latest);
    }
}
