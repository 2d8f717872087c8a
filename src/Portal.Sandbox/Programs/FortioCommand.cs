using System.Globalization;
using System.Text;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary><c>fortio load</c> and <c>fortio curl</c>: callers that run at the same time, and the report in fortio's form.</summary>
internal static class FortioCommand
{
    private sealed class Options
    {
        public int Threads { get; set; } = 4;
        public double Rate { get; set; } = 8;
        public long Calls { get; set; }
        public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(5);
        public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
        public bool Quiet { get; set; }
        public HttpHeaders Headers { get; } = new();
        public string? Url { get; set; }
    }

    private readonly record struct Sample(int Status, double Seconds, int Size);

    private static readonly double[] s_percentiles = [50, 75, 90, 99, 99.9];

    public static async Task<int> RunAsync(ShellSession session, string[] args, ShellIo io, CancellationToken cancellationToken)
    {
        switch (args)
        {
            case ["version" or "buildinfo", ..]:
                await io.OutAsync("1.69.5\n").ConfigureAwait(false);
                return 0;
            case ["curl" or "load", .. var rest]:
                var options = new Options();
                if (Parse(rest, options) is { } error)
                {
                    await io.ErrorAsync($"Error: {error}\n").ConfigureAwait(false);
                    return 1;
                }
                return args[0] == "curl" ? await CurlAsync(session, options, io, cancellationToken).ConfigureAwait(false) : await LoadAsync(session, options, io, cancellationToken).ConfigureAwait(false);
            default:
                await io.ErrorAsync($"Error: command '{(args.Length > 0 ? args[0] : "")}' is not known: use load, curl, server or version\n").ConfigureAwait(false);
                return 1;
        }
    }

    private static string? Parse(string[] args, Options o)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith('-'))
            {
                o.Url = args[i];
                continue;
            }
            var (name, value) = args[i].TrimStart('-').Split('=', 2) is [var n, var v] ? (n, v) : (args[i].TrimStart('-'), (string?)null);
            if (name is "quiet")
            {
                o.Quiet = true;
                continue;
            }
            if (name is "a" or "k" or "allow-initial-errors" or "keepalive" or "stdclient" or "jitter" or "uniform" or "nocatchup" or "h2" or "http1.0" or "L") continue;
            value ??= ++i < args.Length ? args[i] : null;
            if (value is null) return $"flag needs an argument: -{name}";
            switch (name)
            {
                case "c" when int.TryParse(value, out var c) && c is > 0 and <= 1000: o.Threads = c; break;
                case "qps" when value == "max": o.Rate = 0; break;
                case "qps" when double.TryParse(value, CultureInfo.InvariantCulture, out var q): o.Rate = q; break;
                case "n" when long.TryParse(value, out var count) && count is >= 0 and <= 1_000_000: o.Calls = count; break;
                case "t" when value == "0": o.Duration = TimeSpan.FromDays(3650); break;
                case "t" when EnvoyDuration.Parse(value) is { } t: o.Duration = t; break;
                case "timeout" when EnvoyDuration.Parse(value) is { } t: o.Timeout = t; break;
                case "loglevel": o.Quiet = value.ToUpperInvariant() is "WARNING" or "ERROR" or "CRITICAL" or "FATAL"; break;
                case "H" when value.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon: o.Headers.Add(value[..colon].Trim().ToLowerInvariant(), value[(colon + 1)..].Trim()); break;
                case "p" or "r" or "json" or "labels" or "log-errors" or "connection-reuse" or "payload-size" or "X": break;
                default: return $"invalid value \"{value}\" for flag -{name}";
            }
        }
        return o.Url is null ? "fortio load and curl need a url" : Uri.TryCreate(Absolute(o.Url), UriKind.Absolute, out var uri) && uri.Scheme == "http" ? null : $"unable to use the url \"{o.Url}\"";
    }

    private static string Absolute(string url) => url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;

    private static HttpCall Call(Options o)
    {
        var uri = new Uri(Absolute(o.Url!));
        var headers = new HttpHeaders(o.Headers);
        headers["user-agent"] ??= "fortio.org/fortio-1.69.5";
        return new HttpCall("GET", uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}", uri.PathAndQuery, headers, default);
    }

    private static async Task<int> CurlAsync(ShellSession session, Options o, ShellIo io, CancellationToken cancellationToken)
    {
        var reply = await session.Container.SendAsync(Call(o), o.Timeout, cancellationToken).ConfigureAwait(false);
        if (reply.Failed)
        {
            await io.ErrorAsync($"Error: unable to connect to {o.Url}: {reply.Failure}\n").ConfigureAwait(false);
            return 1;
        }
        await io.OutAsync($"HTTP/1.1 {reply.Status}\r\n{string.Concat(reply.Headers.Items.Select(h => $"{h.Key}: {h.Value}\r\n"))}\r\n{reply.Text}").ConfigureAwait(false);
        return reply.Status >= 400 ? 1 : 0;
    }

    private static async Task<int> LoadAsync(ShellSession session, Options o, ShellIo io, CancellationToken cancellationToken)
    {
        var (exact, rate) = (o.Calls > 0, o.Rate > 0);
        var many = exact ? $"for {o.Calls} calls" : $"for {GoDuration(o.Duration)}";
        await io.OutAsync(string.Create(CultureInfo.InvariantCulture, $"Fortio 1.69.5 running at {(rate ? o.Rate : 0):0.##} queries per second, 2->2 procs, {many}: {Absolute(o.Url!)}\n")).ConfigureAwait(false);
        if (!o.Quiet) await io.OutAsync(rate
            ? string.Create(CultureInfo.InvariantCulture, $"Starting at {o.Rate:0.##} qps with {o.Threads} thread(s) [gomax 2] {many}\n")
            : string.Create(CultureInfo.InvariantCulture, $"Starting at max qps with {o.Threads} thread(s) [gomax 2] {(exact ? $"for exactly {o.Calls} calls ({o.Calls / o.Threads} per thread + {o.Calls % o.Threads})" : many)}\n")).ConfigureAwait(false);
        var start = session.Time.GetTimestamp();
        var workers = Enumerable.Range(0, o.Threads).Select(i => Task.Run(() => WorkAsync(session, o, i, start, cancellationToken), cancellationToken)).ToList();
        var samples = (await Task.WhenAll(workers).ConfigureAwait(false)).SelectMany(s => s).ToList();
        await io.OutAsync(Report(samples, session.Time.GetElapsedTime(start), o)).ConfigureAwait(false);
        return 0;
    }

    private static async Task<List<Sample>> WorkAsync(ShellSession session, Options o, int worker, long start, CancellationToken cancellationToken)
    {
        var samples = new List<Sample>();
        var most = o.Calls > 0 ? (o.Calls / o.Threads) + (worker < o.Calls % o.Threads ? 1 : 0) : long.MaxValue;
        var pace = o.Rate > 0 ? TimeSpan.FromSeconds(o.Threads / o.Rate) : TimeSpan.Zero;
        while (samples.Count < most && (o.Calls > 0 || session.Time.GetElapsedTime(start) < o.Duration))
        {
            var began = session.Time.GetTimestamp();
            var reply = await session.Container.SendAsync(Call(o), o.Timeout, cancellationToken).ConfigureAwait(false);
            samples.Add(new(reply.Failed ? -1 : reply.Status, session.Time.GetElapsedTime(began).TotalSeconds, reply.Body.Length));
            // A report is over numbers; without an end there is none, so only the last ones are kept.
            if (samples.Count > 100_000 && most == long.MaxValue) samples.RemoveRange(0, 50_000);
            var ahead = (pace * samples.Count) - session.Time.GetElapsedTime(start);
            if (pace > TimeSpan.Zero && ahead > TimeSpan.Zero) await Task.Delay(ahead, session.Time, cancellationToken).ConfigureAwait(false);
            else await Task.Yield();
        }
        return samples;
    }

    private static string Report(List<Sample> samples, TimeSpan elapsed, Options o)
    {
        var c = CultureInfo.InvariantCulture;
        var text = new StringBuilder();
        var qps = samples.Count / Math.Max(elapsed.TotalSeconds, 1e-9);
        text.Append(c, $"Ended after {GoDuration(elapsed)} : {samples.Count} calls. qps={qps:0.#####}\n");
        var times = samples.Select(s => s.Seconds).Order().ToList();
        Series(text, "Aggregated Function Time", times);
        text.Append("# range, mid point, percentile, count\n");
        Histogram(text, times);
        foreach (var p in s_percentiles) text.Append(c, $"# target {p:0.#}% {(times.Count == 0 ? 0 : times[Math.Min(times.Count - 1, (int)(times.Count * p / 100))]):0.######}\n");
        Series(text, "Error cases", [.. samples.Where(s => s.Status is < 200 or >= 300).Select(s => s.Seconds).Order()]);
        text.Append("Uniform: false, Jitter: false, Catchup allowed: true\n");
        foreach (var group in samples.GroupBy(s => s.Status).OrderBy(g => g.Key)) text.Append(c, $"Code {group.Key,3} : {group.Count()} ({100.0 * group.Count() / samples.Count:0.0} %)\n");
        Series(text, "Response Body/Total Sizes", [.. samples.Select(s => (double)s.Size).Order()]);
        text.Append(c, $"All done {samples.Count} calls (plus 0 warmup) {(times.Count == 0 ? 0 : times.Average() * 1000):0.000} ms avg, {qps:0.0} qps\n");
        return text.ToString();
    }

    private static void Series(StringBuilder text, string name, List<double> values)
    {
        if (values.Count == 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} : no data\n");
            return;
        }
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / values.Count);
        text.Append(CultureInfo.InvariantCulture, $"{name} : count {values.Count} avg {mean:0.########} +/- {deviation:0.####} min {values[0]:0.########} max {values[^1]:0.########} sum {values.Sum():0.########}\n");
    }

    private static void Histogram(StringBuilder text, List<double> times)
    {
        var (low, seen) = (0.0, 0);
        for (var high = 0.001; seen < times.Count; low = high, high *= 2)
        {
            var (from, to) = (low, high);
            var count = times.Count(t => t > from - (from == 0 ? 1 : 0) && t <= to);
            seen += count;
            if (count > 0) text.Append(CultureInfo.InvariantCulture, $"{(seen == count ? ">=" : ">")} {from:0.####} <= {to:0.####} , {(from + to) / 2:0.#####} , {100.0 * seen / times.Count:0.00}, {count}\n");
        }
    }

    private static string GoDuration(TimeSpan t) => t.TotalSeconds >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{t.TotalSeconds:0.######}s") : string.Create(CultureInfo.InvariantCulture, $"{t.TotalMilliseconds:0.######}ms");
}
