using System.Globalization;
using System.Text;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary><c>fortio load</c> and <c>fortio curl</c>: callers that run at the same time, and the report of <see cref="FortioReport"/>.</summary>
internal static class FortioCommand
{
    public const string Version = "1.69.5";

    private const double RequestMicroseconds = 100;

    private sealed class Options
    {
        public int Threads { get; set; } = 4;
        public double Rate { get; set; } = 8;
        public long Calls { get; set; }
        public TimeSpan Duration { get; set; } = TimeSpan.FromSeconds(5);
        public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);
        public bool Quiet { get; set; }
        public bool Insecure { get; set; }
        public bool InitialErrors { get; set; }
        public bool Uniform { get; set; }
        public bool Jitter { get; set; }
        public bool NoCatchup { get; set; }
        public string Method { get; set; } = "";
        public string Payload { get; set; } = "";
        public string Labels { get; set; } = "";
        public string? Json { get; set; }
        public HttpHeaders Headers { get; } = new();
        public string? Url { get; set; }
    }

    public static async Task<int> RunAsync(
        ProgramSession session,
        string[] args,
        ShellIo io,
        CancellationToken cancellationToken
    )
    {
        switch (args)
        {
            case ["version" or "buildinfo", ..]:
                await io.OutAsync(Version + "\n").ConfigureAwait(false);
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
            if (name is "quiet" or "k" or "allow-initial-errors" or "uniform" or "jitter" or "nocatchup" or "a" or "keepalive" or "stdclient" or "h2" or "http1.0" or "L" or "4" or "6" or "compression" or "http-halfclose" or "curl-stdout-headers" or "logger-json")
            {
                var on = value is not "false";
                switch (name)
                {
                    case "quiet": o.Quiet = on; break;
                    case "k": o.Insecure = on; break;
                    case "allow-initial-errors": o.InitialErrors = on; break;
                    case "uniform": o.Uniform = on; break;
                    case "jitter": o.Jitter = on; break;
                    case "nocatchup": o.NoCatchup = on; break;
                }
                continue;
            }
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
                case "X": o.Method = value; break;
                case "payload": o.Payload = value; break;
                case "labels": o.Labels = value; break;
                case "json": o.Json = value; break;
                case "H" when value.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon: o.Headers.Add(value[..colon].Trim().ToLowerInvariant(), value[(colon + 1)..].Trim()); break;
                case "p" or "r" or "log-errors" or "connection-reuse" or "payload-size" or "loglevel" or "offset" or "runid" or "content-type" or "user" or "resolve" or "abort-on": break;
                default: return $"invalid value \"{value}\" for flag -{name}";
            }
        }
        return o.Url is null ? "fortio load and curl need a url" : Uri.TryCreate(Absolute(o.Url), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? null : $"unable to use the url \"{o.Url}\"";
    }

    private static string Absolute(string url) => url.Contains("://", StringComparison.Ordinal) ? url : "http://" + url;

    private static HttpCall Call(Options o)
    {
        var uri = new Uri(Absolute(o.Url!));
        var headers = new HttpHeaders(o.Headers);
        headers["user-agent"] ??= "fortio.org/fortio-" + Version;
        var authority = headers["host"] ?? (uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}");
        headers.Remove("host");
        var method = o.Method.Length > 0 ? o.Method : o.Payload.Length > 0 ? "POST" : "GET";
        return new HttpCall(method, authority, uri.PathAndQuery, headers, Encoding.UTF8.GetBytes(o.Payload))
        {
            Dial = $"{uri.Host}:{uri.Port}", Tls = uri.Scheme == "https" ? new TlsClient(System.Net.IPAddress.TryParse(uri.Host, out _) ? "" : uri.Host, o.Insecure) : null,
        };
    }

    private static async Task<int> CurlAsync(
        ProgramSession session,
        Options o,
        ShellIo io,
        CancellationToken cancellationToken
    )
    {
        var reply = await session.Container.SendAsync(Call(o), o.Timeout, cancellationToken).ConfigureAwait(false);
        if (reply.Failed)
        {
            await io.ErrorAsync($"Error: unable to connect to {o.Url}: {reply.Failure}\n").ConfigureAwait(false);
            return 1;
        }
        var headers = string.Concat(reply.Headers.Items.Select(h => $"{h.Key}: {h.Value}\r\n"));
        await io.OutAsync($"HTTP/1.1 {reply.Status} {CurlClient.Reason(reply.Status)}\r\n{headers}\r\n{reply.Text}")
            .ConfigureAwait(false);
        return reply.Status >= 400 ? 1 : 0;
    }

    private static async Task<int> LoadAsync(
        ProgramSession session,
        Options o,
        ShellIo io,
        CancellationToken cancellationToken
    )
    {
        var (exact, rate) = (o.Calls > 0, o.Rate > 0);
        var url = Absolute(o.Url!);
        var many = exact ? $"for {o.Calls} calls" : $"for {FortioReport.GoDuration(o.Duration)}";
        await io.OutAsync(string.Create(CultureInfo.InvariantCulture, $"Fortio {Version} running at {(rate ? o.Rate : 0):0.##} queries per second, 2->2 procs, {many}: {url}\n")).ConfigureAwait(false);
        var warmup = 0;
        if (!exact)
        {
            // Each thread tries the way once, and a way that does not work is no measurement.
            var first = await Task.WhenAll(Enumerable.Range(0, o.Threads).Select(_ => session.Container.SendAsync(Call(o), o.Timeout, cancellationToken))).ConfigureAwait(false);
            if (!o.InitialErrors && Array.Find(first, r => r.Failed || r.Status is < 200 or >= 300) is { } bad)
            {
                await io.ErrorAsync($"Aborting because of error {(bad.Failed ? -1 : bad.Status)} for {url}: \"{bad.Text.Trim()}\"\n").ConfigureAwait(false);
                return 1;
            }
            warmup = first.Length;
        }
        var per = exact ? o.Calls / o.Threads : (long)(o.Rate * o.Duration.TotalSeconds / o.Threads);
        var total = exact ? o.Calls : per * o.Threads;
        if (!o.Quiet) await io.OutAsync(rate
            ? string.Create(CultureInfo.InvariantCulture, $"Starting at {o.Rate:0.##} qps with {o.Threads} thread(s) [gomax 2] {(exact ? $": exactly {o.Calls}, " : $"{many} : ")}{per} calls each (total {total}{(exact ? $" + {o.Calls % o.Threads}" : "")})\n")
            : string.Create(CultureInfo.InvariantCulture, $"Starting at max qps with {o.Threads} thread(s) [gomax 2] {(exact ? $"for exactly {o.Calls} calls ({per} per thread + {o.Calls % o.Threads})" : many)}\n")).ConfigureAwait(false);
        var (began, start) = (session.Container.Pod.Cluster.Now, session.Time.GetTimestamp());
        var workers = Enumerable
            .Range(0, o.Threads)
            .Select(i => WorkAsync(session, o, i, start, cancellationToken))
            .ToList();
        var samples = await Task.WhenAll(workers).ConfigureAwait(false);
        var uri = new Uri(url);
        var report = new FortioReport(samples, session.Time.GetElapsedTime(start), warmup)
        {
            Quiet = o.Quiet, Uniform = o.Uniform, Jitter = o.Jitter, Catchup = !o.NoCatchup, Url = url, Labels = o.Labels, Started = began, RequestedRate = rate ? o.Rate.ToString("0.##", CultureInfo.InvariantCulture) : "max",
            RequestedLength = exact ? $"exactly {o.Calls} calls" : FortioReport.GoDuration(o.Duration), Exactly = o.Calls,
            Address = session.Container.Pod.Cluster.Mesh.Config.Resolve(uri.Host, session.Container.Pod.Namespace) is { ClusterIp: { Length: > 0 } ip } ? $"{ip}:{uri.Port}" : $"{uri.Host}:{uri.Port}",
        };
        await io.OutAsync(report.Text()).ConfigureAwait(false);
        if (o.Json is not { Length: > 0 } file) return 0;
        if (file == "-") await io.OutAsync(report.Json() + "\n").ConfigureAwait(false);
        else session.Files.Write(session.Resolve(file), Encoding.UTF8.GetBytes(report.Json() + "\n"));
        return 0;
    }

    private static async Task<List<FortioSample>> WorkAsync(
        ProgramSession session,
        Options o,
        int worker,
        long start,
        CancellationToken cancellationToken
    )
    {
        // Callers run at the same time.
        await Task.Yield();
        var samples = new List<FortioSample>();
        var most = o.Calls > 0 ? (o.Calls / o.Threads) + (worker < o.Calls % o.Threads ? 1 : 0) : long.MaxValue;
        var pace = o.Rate > 0 ? TimeSpan.FromSeconds(o.Threads / o.Rate) : TimeSpan.Zero;
        while (samples.Count < most && (o.Calls > 0 || session.Time.GetElapsedTime(start) < o.Duration))
        {
            var clock = RequestClock.Begin(session.Time);
            var began = clock.Now;
            var reply = await session.Container.SendAsync(Call(o), o.Timeout, cancellationToken).ConfigureAwait(false);
            await session.SpendAsync(RequestMicroseconds, cancellationToken).ConfigureAwait(false);
            samples.Add(FortioSample.Of(reply, clock.Since(began)));
            // A report is over numbers; without an end there is none, so only the last ones are kept.
            if (samples.Count > 100_000 && most == long.MaxValue) samples.RemoveRange(0, 50_000);
            var ahead = (pace * samples.Count) - session.Time.GetElapsedTime(start);
            if (pace > TimeSpan.Zero && ahead > TimeSpan.Zero) await Task.Delay(ahead, session.Time, cancellationToken).ConfigureAwait(false);
            else await Task.Yield();
        }
        return samples;
    }
}
