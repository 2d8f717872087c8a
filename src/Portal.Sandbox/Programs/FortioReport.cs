using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Programs;

/// <summary>One call of a load test. Status -1 is a connection that failed.</summary>
internal readonly record struct FortioSample(int Status, double Seconds, int HeaderSize, int Size)
{
    public bool IsError => Status is < 200 or >= 300;

    public static FortioSample Of(HttpReply reply, TimeSpan elapsed)
    {
        if (reply.Failed) return new(-1, elapsed.TotalSeconds, 0, 0);
        var header = "HTTP/1.1 200 OK\r\n\r\n".Length + reply.Headers.Items.Sum(h => h.Key.Length + h.Value.Length + 4);
        return new(reply.Status, elapsed.TotalSeconds, header, header + reply.Body.Length);
    }
}

/// <summary>The report of a load test in fortio's form, as text and JSON.</summary>
/// <param name="samples">The calls of each thread, in order.</param>
internal sealed class FortioReport(IReadOnlyList<IReadOnlyList<FortioSample>> samples, TimeSpan elapsed, int warmup)
{
    private static readonly double[] s_percentiles = [50, 75, 90, 99, 99.9];

    private readonly List<FortioSample> _all = [.. samples.SelectMany(s => s)];

    public bool Quiet { get; init; }
    public bool Uniform { get; init; }
    public bool Jitter { get; init; }
    public bool Catchup { get; init; } = true;
    public required string Url { get; init; }
    public required string Address { get; init; }
    public required string RequestedRate { get; init; }
    public required string RequestedLength { get; init; }
    public string Labels { get; init; } = "";
    public long Exactly { get; init; }
    public DateTimeOffset Started { get; init; }

    private double Rate => _all.Count / Math.Max(elapsed.TotalSeconds, 1e-9);

    // A connection is kept until an answer is an error; the next call opens another.
    private IEnumerable<int> Sockets => samples.Select(thread => thread.Count == 0 ? 0 : 1 + thread.Take(thread.Count - 1).Count(s => s.IsError));

    public string Text()
    {
        var c = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        if (!Quiet) text.Append(c, $"Ended after {GoDuration(elapsed)} : {_all.Count} calls. qps={FortioHistogram.G(Rate, 5)}\n");
        new FortioHistogram(_all.Select(s => s.Seconds)).Write(text, "Aggregated Function Time", s_percentiles, ranges: !Quiet);
        new FortioHistogram(_all.Where(s => s.IsError).Select(s => s.Seconds)).Write(text, "Error cases", s_percentiles, ranges: !Quiet);
        text.Append("# Socket and IP used for each connection:\n");
        var sockets = Sockets.ToList();
        for (var i = 0; i < sockets.Count; i++) text.Append(c, $"[{i}] {sockets[i],3} socket used, resolved to {Address}\n");
        text.Append(c, $"Sockets used: {sockets.Sum()} (for perfect keepalive, would be {samples.Count})\nUniform: {Word(Uniform)}, Jitter: {Word(Jitter)}, Catchup allowed: {Word(Catchup)}\nIP addresses distribution:\n{Address}: {sockets.Sum()}\n");
        foreach (var group in _all.GroupBy(s => s.Status).OrderBy(g => g.Key)) text.Append(c, $"Code {group.Key,3} : {group.Count()} ({100.0 * group.Count() / _all.Count:0.0} %)\n");
        if (!Quiet)
        {
            new FortioHistogram(_all.Select(s => (double)s.HeaderSize)).Write(text, "Response Header Sizes", [], ranges: false);
            new FortioHistogram(_all.Select(s => (double)s.Size)).Write(text, "Response Body/Total Sizes", [], ranges: false);
        }
        var average = _all.Count == 0 ? 0 : _all.Average(s => s.Seconds) * 1000;
        return text.Append(c, $"All done {_all.Count} calls (plus {warmup} warmup) {average:0.000} ms avg, {Rate:0.0} qps\n").ToString();
    }

    public string Json() => new JsonObject
    {
        ["RunType"] = "HTTP", [nameof(Labels)] = Labels, ["StartTime"] = Started.ToString("O", CultureInfo.InvariantCulture), ["RequestedQPS"] = RequestedRate, ["RequestedDuration"] = RequestedLength,
        ["ActualQPS"] = Rate, ["ActualDuration"] = (long)(elapsed.TotalMilliseconds * 1e6), ["NumThreads"] = samples.Count, ["Version"] = FortioCommand.Version,
        ["DurationHistogram"] = new FortioHistogram(_all.Select(s => s.Seconds)).Json(s_percentiles), ["ErrorsDurationHistogram"] = new FortioHistogram(_all.Where(s => s.IsError).Select(s => s.Seconds)).Json(s_percentiles),
        [nameof(Exactly)] = Exactly, [nameof(Jitter)] = Jitter, [nameof(Uniform)] = Uniform, ["NoCatchUp"] = !Catchup, ["RunID"] = 0,
        ["RetCodes"] = new JsonObject([.. _all.GroupBy(s => s.Status).OrderBy(g => g.Key).Select(g => KeyValuePair.Create<string, JsonNode?>(g.Key.ToString(CultureInfo.InvariantCulture), g.Count()))]),
        ["Sizes"] = new FortioHistogram(_all.Select(s => (double)s.Size)).Json([]), ["HeaderSizes"] = new FortioHistogram(_all.Select(s => (double)s.HeaderSize)).Json([]),
        ["SocketCount"] = Sockets.Sum(), ["URL"] = Url, ["IPCountMap"] = new JsonObject { [Address] = Sockets.Sum() },
    }.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>As Go writes a duration: <c>1m2.5s</c>, <c>35.2ms</c>.</summary>
    public static string GoDuration(TimeSpan t)
    {
        var c = CultureInfo.InvariantCulture;
        if (t.TotalSeconds < 1) return string.Create(c, $"{t.TotalMilliseconds:0.######}ms");
        var seconds = string.Create(c, $"{t.TotalSeconds % 60:0.#########}s");
        return t.TotalHours >= 1 ? string.Create(c, $"{(long)t.TotalHours}h{t.Minutes}m{seconds}") : t.TotalMinutes >= 1 ? string.Create(c, $"{t.Minutes}m{seconds}") : seconds;
    }

    private static string Word(bool value) => value ? "true" : "false";
}
