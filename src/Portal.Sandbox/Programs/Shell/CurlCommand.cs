using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>curl and wget inside a pod: their requests take the pod's way out, sidecar included. Options, texts and exit codes are curl's.</summary>
internal static class CurlCommand
{
    private sealed class Options
    {
        public string Method { get; set; } = "";
        public HttpHeaders Headers { get; } = new();
        public StringBuilder Data { get; } = new();
        public bool Silent { get; set; }
        public bool ShowError { get; set; }
        public bool Include { get; set; }
        public bool Head { get; set; }
        public bool Verbose { get; set; }
        public bool Fail { get; set; }
        public bool Follow { get; set; }
        public string? Output { get; set; }
        public string? Format { get; set; }
        public TimeSpan? Limit { get; set; }
        public List<string> Urls { get; } = [];
    }

    public static async Task<int> RunAsync(ShellSession session, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        if (!TryParse(args, out var options, out var error))
        {
            await io.ErrorAsync($"curl: {error}\ncurl: try 'curl --help' for more information\n").ConfigureAwait(false);
            return 2;
        }
        if (options.Urls.Count == 0)
        {
            await io.ErrorAsync("curl: (2) no URL specified\n").ConfigureAwait(false);
            return 2;
        }
        var status = 0;
        foreach (var url in options.Urls) status = await FetchAsync(session, options, url, io, cancellationToken).ConfigureAwait(false);
        return status;
    }

    public static async Task<int> WgetAsync(ShellSession session, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        var options = new Options { Silent = true, ShowError = true, Fail = true, Follow = true };
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "-O" or "-T" or "--timeout" or "--header")
            {
                if (args[i] == "--header" && args.ElementAtOrDefault(i + 1) is { } h) AddHeader(options.Headers, h);
                i++;
            }
            else if (args[i].StartsWith("--header=", StringComparison.Ordinal)) AddHeader(options.Headers, args[i][9..]);
            else if (!args[i].StartsWith('-')) options.Urls.Add(args[i]);
        }
        return options.Urls.Count == 0 ? 1 : await FetchAsync(session, options, options.Urls[0], io, cancellationToken).ConfigureAwait(false) == 0 ? 0 : 1;
    }

    private static async Task<int> FetchAsync(ShellSession session, Options options, string url, ShellIo io, CancellationToken cancellationToken)
    {
        if (!url.Contains("://", StringComparison.Ordinal)) url = "http://" + url;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)) return await FailAsync(io, options, 3, "URL using bad/illegal format or missing URL").ConfigureAwait(false);
        if (uri.Scheme is not ("http" or "https")) return await FailAsync(io, options, 1, $"Protocol \"{uri.Scheme}\" not supported").ConfigureAwait(false);
        if (uri.Scheme == "https") return await FailAsync(io, options, 35, $"TLS connect error: {uri.Host}:{uri.Port} does not speak TLS").ConfigureAwait(false);
        var headers = new HttpHeaders(options.Headers);
        headers["user-agent"] ??= "curl/8.14.1";
        headers["accept"] ??= "*/*";
        var authority = headers["host"] ?? (uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}");
        headers.Remove("host");
        var body = Encoding.UTF8.GetBytes(options.Data.ToString());
        if (body.Length > 0) headers["content-type"] ??= "application/x-www-form-urlencoded";
        var method = options.Method.Length > 0 ? options.Method : options.Head ? "HEAD" : body.Length > 0 ? "POST" : "GET";
        var start = session.Time.GetTimestamp();
        var call = new HttpCall(method, uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}", uri.PathAndQuery, headers, body);
        if (options.Verbose) await io.ErrorAsync($"* Host {uri.Host}:{uri.Port} was resolved.\n* Connected to {uri.Host} port {uri.Port}\n> {method} {uri.PathAndQuery} HTTP/1.1\n> Host: {authority}\n{string.Concat(headers.Items.Select(h => $"> {h.Key}: {h.Value}\n"))}> \n").ConfigureAwait(false);
        var reply = await session.Container.SendAsync(call, options.Limit, cancellationToken).ConfigureAwait(false);
        var elapsed = session.Time.GetElapsedTime(start);
        if (reply.Failed)
        {
            var (code, message) = reply.Failure switch
            {
                ConnectionFailure.NameNotFound => (6, $"Could not resolve host: {uri.Host}"),
                ConnectionFailure.Refused => (7, $"Failed to connect to {uri.Host} port {uri.Port} after {(int)elapsed.TotalMilliseconds} ms: Could not connect to server"),
                ConnectionFailure.TimedOut => (28, $"Connection timed out after {(int)elapsed.TotalMilliseconds} milliseconds"),
                _ => (56, "Recv failure: Connection reset by peer"),
            };
            if (options.Format is not null) await io.OutAsync(Format(options.Format, reply, elapsed)).ConfigureAwait(false);
            return await FailAsync(io, options, code, message).ConfigureAwait(false);
        }
        var head = $"HTTP/1.1 {reply.Status} {Reason(reply.Status)}\r\n{string.Concat(reply.Headers.Items.Select(h => $"{h.Key}: {h.Value}\r\n"))}content-length: {reply.Body.Length}\r\n\r\n";
        if (options.Verbose) await io.ErrorAsync(string.Concat(head.TrimEnd().Split("\r\n").Select(l => $"< {l}\n")) + "< \n").ConfigureAwait(false);
        var failed = options.Fail && reply.Status >= 400;
        if (!failed)
        {
            var text = (options.Include || options.Head ? head : "") + (options.Head ? "" : reply.Text);
            if (options.Output is null) await io.OutAsync(text).ConfigureAwait(false);
            else if (options.Output != "/dev/null") session.Files.Write(session.Resolve(options.Output), System.Text.Encoding.UTF8.GetBytes(text));
        }
        if (options.Format is not null) await io.OutAsync(Format(options.Format, reply, elapsed)).ConfigureAwait(false);
        return failed ? await FailAsync(io, options, 22, $"The requested URL returned error: {reply.Status}").ConfigureAwait(false) : 0;
    }

    private static string Format(string format, HttpReply reply, TimeSpan elapsed) => format
        .Replace("%{http_code}", reply.Status.ToString("000", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("%{response_code}", reply.Status.ToString("000", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("%{time_total}", elapsed.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("%{size_download}", reply.Body.Length.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal);

    private static async Task<int> FailAsync(ShellIo io, Options options, int code, string message)
    {
        if (!options.Silent || options.ShowError) await io.ErrorAsync($"curl: ({code}) {message}\n").ConfigureAwait(false);
        return code;
    }

    private static bool TryParse(List<string> args, out Options options, [NotNullWhen(false)] out string? error)
    {
        options = new Options();
        error = null;
        for (var i = 0; i < args.Count; i++)
        {
            var arg = args[i];
            if (!arg.StartsWith('-') || arg == "-")
            {
                options.Urls.Add(arg);
                continue;
            }
            string? inline = null;
            if (arg.StartsWith("--", StringComparison.Ordinal) && arg.IndexOf('=', StringComparison.Ordinal) is > 0 and var eq) (arg, inline) = (arg[..eq], arg[(eq + 1)..]);
            // Short flags may stand together, the last with its value: -so /dev/null.
            IEnumerable<string> flags = arg.StartsWith("--", StringComparison.Ordinal) ? [arg] : arg[1..].Select(c => "-" + c);
            var list = flags.ToList();
            for (var f = 0; f < list.Count; f++)
            {
                var flag = list[f];
                if (IsSwitch(flag, options)) continue;
                if (!TakesValue(flag))
                {
                    error = $"option {flag}: is unknown";
                    return false;
                }
                var attached = inline ?? (arg.StartsWith("--", StringComparison.Ordinal) ? null : arg[(f + 2)..]);
                var value = string.IsNullOrEmpty(attached) ? ++i < args.Count ? args[i] : null : attached;
                if (value is null)
                {
                    error = $"option {flag}: requires parameter";
                    return false;
                }
                SetValue(flag, value, options);
                break;
            }
        }
        return true;
    }

    private static bool IsSwitch(string flag, Options o)
    {
        switch (flag)
        {
            case "-s" or "--silent": o.Silent = true; return true;
            case "-S" or "--show-error": o.ShowError = true; return true;
            case "-i" or "--include": o.Include = true; return true;
            case "-I" or "--head": o.Head = true; return true;
            case "-v" or "--verbose": o.Verbose = true; return true;
            case "-f" or "--fail": o.Fail = true; return true;
            case "-L" or "--location": o.Follow = true; return true;
            case "-k" or "--insecure" or "-g" or "-4" or "-N" or "--no-buffer" or "--compressed" or "--http1.1": return true;
            default: return false;
        }
    }

    private static bool TakesValue(string flag) => flag is "-H" or "--header" or "-X" or "--request" or "-d" or "--data" or "--data-raw" or "-o" or "--output" or "-w" or "--write-out"
        or "-m" or "--max-time" or "--connect-timeout" or "-A" or "--user-agent" or "-e" or "--referer" or "-b" or "--cookie" or "-c" or "--cookie-jar" or "-u" or "--user" or "--retry" or "--resolve";

    private static void SetValue(string flag, string value, Options o)
    {
        switch (flag)
        {
            case "-H" or "--header": AddHeader(o.Headers, value); break;
            case "-X" or "--request": o.Method = value; break;
            case "-d" or "--data" or "--data-raw": o.Data.Append(o.Data.Length > 0 ? "&" : "").Append(value); break;
            case "-o" or "--output": o.Output = value; break;
            case "-w" or "--write-out": o.Format = value; break;
            case "-m" or "--max-time" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds): o.Limit = TimeSpan.FromSeconds(Math.Clamp(seconds, 0.001, 3600)); break;
            case "-A" or "--user-agent": o.Headers["user-agent"] = value; break;
            case "-e" or "--referer": o.Headers["referer"] = value; break;
            case "-b" or "--cookie": o.Headers["cookie"] = value; break;
            case "-u" or "--user": o.Headers["authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(value)); break;
        }
    }

    private static void AddHeader(HttpHeaders headers, string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0) headers.Add(text[..colon].Trim().ToLowerInvariant(), text[(colon + 1)..].Trim());
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK", 201 => "Created", 204 => "No Content", 301 => "Moved Permanently", 302 => "Found", 400 => "Bad Request", 401 => "Unauthorized", 403 => "Forbidden", 404 => "Not Found",
        500 => "Internal Server Error", 502 => "Bad Gateway", 503 => "Service Unavailable", 504 => "Gateway Timeout", _ => "",
    };
}
