using System.Globalization;
using Portal.Labs.Traffic;

namespace Portal.Web.Components.Cluster;

/// <summary>How many answers were of a sort.</summary>
/// <param name="Css">The colour of its bar: ok, bad or empty.</param>
public sealed record TrafficShare(string Name, int Count, double Percent, string Css)
{
    public string PercentText => Percent.ToString("0.#", CultureInfo.InvariantCulture);
}

/// <summary>What answers to many requests come to.</summary>
internal static class TrafficShares
{
    /// <summary>By the workload that the answers name; empty when none names one.</summary>
    public static IReadOnlyList<TrafficShare> ByWorkload(IReadOnlyCollection<TrafficReply> replies) =>
        replies.Any(r => r.Workload is not null) ? Of(replies, r => r.Workload ?? "not said", _ => "") : [];

    /// <summary>By the pod, where a workload has several.</summary>
    public static IReadOnlyList<TrafficShare> ByPod(IReadOnlyCollection<TrafficReply> replies) =>
        replies.Where(r => r.Pod is not null).DistinctBy(r => r.Pod).Count()
        > replies.Where(r => r.Pod is not null).DistinctBy(r => r.Workload).Count()
            ? Of(replies, r => r.Pod ?? "not said", _ => "")
            : [];

    public static IReadOnlyList<TrafficShare> ByStatus(IReadOnlyCollection<TrafficReply> replies) =>
        Of(replies, r => StatusText(r.Status), r => r.Status is >= 200 and < 400 ? "ok" : "bad");

    public static string StatusText(int status) =>
        status == 0 ? "no answer" : status.ToString(CultureInfo.InvariantCulture);

    /// <summary>Shortest, middle and longest time of the answers; null when there were none.</summary>
    public static (TimeSpan Min, TimeSpan Median, TimeSpan Max)? Latency(IEnumerable<TrafficReply> replies)
    {
        var times = replies.Where(r => r.Status != 0).Select(r => r.Elapsed).Order().ToList();
        if (times.Count == 0)
            return null;
        var middle = times.Count / 2;
        var median = times.Count % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
        return (times[0], median, times[^1]);
    }

    public static string Milliseconds(TimeSpan time) =>
        time.TotalMilliseconds.ToString(time.TotalMilliseconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture)
        + "\u00A0ms";

    /// <summary>Of a part of a request, which may be very short.</summary>
    public static string Length(TimeSpan time) =>
        time < TimeSpan.FromMilliseconds(1)
            ? time.TotalMicroseconds.ToString("0", CultureInfo.InvariantCulture) + "\u00A0µs"
            : Milliseconds(time);

    private static List<TrafficShare> Of(
        IReadOnlyCollection<TrafficReply> replies,
        Func<TrafficReply, string> name,
        Func<TrafficReply, string> css
    ) =>
        [
            .. replies
                .GroupBy(name, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new TrafficShare(g.Key, g.Count(), 100.0 * g.Count() / replies.Count, css(g.First()))),
        ];
}
