using Portal.Labs.Traffic;

namespace Portal.Testing.Lessons;

/// <summary>What Prometheus and Jaeger have of an application of a few services.</summary>
public static class SampleObservations
{
    public static ServiceNumbers Numbers(DateTimeOffset now) =>
        new(
            true,
            [Row("productpage", "v1", 4.2, 0, now), Row("reviews", "v2", 2, 0.5, now), Row("reviews", "v3", 0, 0, now)]
        );

    public static TraceList Traces(DateTimeOffset now) =>
        new(
            true,
            ["istio-ingressgateway.istio-system", "reviews.bookinfo"],
            "istio-ingressgateway.istio-system",
            [
                Trace("4bf92f3577b34da6a3ce929d0e0e4736", now.AddSeconds(-4), "503"),
                Trace("0af7651916cd43dd8448eb211c80319c", now.AddSeconds(-40), "200"),
            ]
        );

    private static ServiceNumbersRow Row(
        string service,
        string version,
        double rate,
        double errors,
        DateTimeOffset now
    ) =>
        new(
            "bookinfo",
            service,
            version,
            rate,
            errors,
            rate > 0 ? TimeSpan.FromMilliseconds(4.5) : null,
            rate > 0 ? TimeSpan.FromMilliseconds(24) : null,
            rate > 0 ? TimeSpan.FromMilliseconds(95) : null,
            [
                .. Enumerable
                    .Range(0, 40)
                    .Select(i => new RatePoint(now.AddSeconds(15 * (i - 39)), 2 + i % 5 - (rate > 0 ? 0 : i / 8.0))),
            ]
        );

    private static Trace Trace(string id, DateTimeOffset start, string status)
    {
        TraceSpan Span(
            string service,
            int depth,
            double offset,
            double length,
            string kind,
            string status = "200",
            string flags = ""
        ) =>
            new(
                service,
                $"{service.Split('.')[0]}.bookinfo.svc.cluster.local:9080/*",
                depth,
                TimeSpan.FromMilliseconds(offset),
                TimeSpan.FromMilliseconds(length),
                kind,
                status,
                flags,
                status != "200"
            );
        return new(
            id,
            start,
            TimeSpan.FromMilliseconds(48),
            [
                Span("istio-ingressgateway.istio-system", 0, 0, 48, "client"),
                Span("productpage.bookinfo", 1, 1, 46, "server"),
                Span("details.bookinfo", 2, 4, 6, "server"),
                Span("reviews.bookinfo", 2, 12, 32, "server", status, status == "200" ? "" : "UF"),
                Span("ratings.bookinfo", 3, 20, 8, "server"),
            ],
            0
        );
    }
}
