using System.Globalization;
using System.Text;
using Portal.Sandbox.Mesh.Security;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>curl and wget inside a pod: their requests take the pod's way out, sidecar included. Options, texts and exit codes are curl's.</summary>
internal static class CurlClient
{
    private const int MaxRedirects = 50;
    private const double RequestMicroseconds = 100;

    public static async Task<int> RunAsync(ProgramSession session, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        if (args is ["--version" or "-V", ..])
        {
            await io.OutAsync("curl 8.16.0 (sandbox)\n").ConfigureAwait(false);
            return 0;
        }
        if (!CurlOptions.TryParse(args, out var options, out var error))
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
        foreach (var url in options.Urls)
        {
            for (var attempt = 0; ; attempt++)
            {
                status = await FetchAsync(session, options, url, io, cancellationToken).ConfigureAwait(false);
                if (status is not (7 or 28 or 22 or 56) || attempt >= options.Retries) break;
                await Task.Delay(TimeSpan.FromSeconds(Math.Min(1 << attempt, 60)), session.Time, cancellationToken).ConfigureAwait(false);
            }
        }
        return status;
    }

    public static async Task<int> WgetAsync(ProgramSession session, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        var options = new CurlOptions { Silent = true, ShowError = true, Fail = true, Follow = true };
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "-O" or "-T" or "--timeout" or "--header" or "-qO")
            {
                var value = args.ElementAtOrDefault(++i);
                if (args[i - 1] == "--header" && value is not null) options.AddHeader(value);
                if (args[i - 1] is "-O" or "-qO" && value is not null and not "-") options.Output = value;
                if (args[i - 1] is "-T" or "--timeout" && double.TryParse(value, CultureInfo.InvariantCulture, out var seconds)) options.Limit = TimeSpan.FromSeconds(Math.Clamp(seconds, 0.001, 3600));
            }
            else if (args[i].StartsWith("--header=", StringComparison.Ordinal)) options.AddHeader(args[i]["--header=".Length..]);
            else if (args[i] == "--no-check-certificate") options.Insecure = true;
            else if (!args[i].StartsWith('-')) options.Urls.Add(args[i]);
        }
        return options.Urls.Count == 0 ? 1 : await FetchAsync(session, options, options.Urls[0], io, cancellationToken).ConfigureAwait(false) == 0 ? 0 : 1;
    }

    private static async Task<int> FetchAsync(ProgramSession session, CurlOptions options, string url, ShellIo io, CancellationToken cancellationToken)
    {
        if (!url.Contains("://", StringComparison.Ordinal)) url = "http://" + url;
        var method = options.Method.Length > 0 ? options.Method : options.Head ? "HEAD" : options.Data.Length > 0 && !options.DataInQuery ? "POST" : "GET";
        var clock = RequestClock.Begin(session.Time);
        var start = clock.Now;
        for (var redirects = 0; ; redirects++)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri)) return await FailAsync(io, options, 3, "URL using bad/illegal format or missing URL").ConfigureAwait(false);
            if (uri.Scheme is not ("http" or "https")) return await FailAsync(io, options, 1, $"Protocol \"{uri.Scheme}\" not supported").ConfigureAwait(false);
            var call = Call(session, options, uri, method);
            if (options.Verbose) await io.ErrorAsync($"* Host {uri.Host}:{uri.Port} was resolved.\n* Connected to {uri.Host} port {uri.Port}\n{(call.Tls is null ? "" : "* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n")}> {method} {call.Path} HTTP/1.1\n> Host: {call.Authority}\n{string.Concat(call.Headers.Items.Select(h => $"> {h.Key}: {h.Value}\n"))}> \n").ConfigureAwait(false);
            await session.SpendAsync(RequestMicroseconds, cancellationToken).ConfigureAwait(false);
            var reply = await session.Container.SendAsync(call, options.Limit, cancellationToken).ConfigureAwait(false);
            var elapsed = clock.Since(start);
            if (Problem(reply, options, session, uri, call, elapsed) is var (code, message))
            {
                if (options.Format is not null) await io.OutAsync(Format(options.Format, reply with { Status = 0 }, elapsed, uri, redirects, code)).ConfigureAwait(false);
                return await FailAsync(io, options, code, message).ConfigureAwait(false);
            }
            Remember(session, options, uri, reply);
            var follows = options.Follow && reply.Status is 301 or 302 or 303 or 307 or 308 && redirects < MaxRedirects ? reply.Headers["location"] : null;
            var head = $"HTTP/1.1 {reply.Status} {Reason(reply.Status)}\r\n{string.Concat(reply.Headers.Items.Select(h => $"{h.Key}: {h.Value}\r\n"))}{(reply.Headers["content-length"] is null ? $"content-length: {reply.Body.Length}\r\n" : "")}\r\n";
            if (options.Verbose) await io.ErrorAsync(string.Concat(head.TrimEnd().Split("\r\n").Select(l => $"< {l}\n")) + "< \n").ConfigureAwait(false);
            if (follows is not null)
            {
                if (options.Include) await io.OutAsync(head).ConfigureAwait(false);
                url = Uri.TryCreate(uri, follows, out var next) ? next.AbsoluteUri : follows;
                if (reply.Status is 301 or 302 or 303 && method == "POST") method = "GET";
                continue;
            }
            return await ShowAsync(session, options, io, uri, reply, head, elapsed, redirects).ConfigureAwait(false);
        }
    }

    private static HttpCall Call(ProgramSession session, CurlOptions options, Uri uri, string method)
    {
        var headers = new HttpHeaders(options.Headers);
        headers["user-agent"] ??= "curl/8.16.0";
        headers["accept"] ??= "*/*";
        var authority = headers["host"] ?? (uri.IsDefaultPort ? uri.Host : $"{uri.Host}:{uri.Port}");
        headers.Remove("host");
        foreach (var name in headers.Items.Where(h => h.Value.Length == 0).Select(h => h.Key).ToList()) headers.Remove(name);
        if (headers["cookie"] is { } cookie && !cookie.Contains('=', StringComparison.Ordinal)) headers["cookie"] = CookieJar.Header(session, cookie);
        var data = options.Data.ToString();
        if (data.StartsWith('@')) data = session.Files.ReadText(session.Resolve(data[1..])) ?? "";
        var path = uri.PathAndQuery;
        if (options.DataInQuery && data.Length > 0) (path, data) = (path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + data, "");
        if (method is "GET" or "HEAD" && options.Method.Length == 0) data = "";
        if (data.Length > 0) headers["content-type"] ??= "application/x-www-form-urlencoded";
        var tls = uri.Scheme != "https" ? null : new TlsClient(
            System.Net.IPAddress.TryParse(uri.Host, out _) ? "" : uri.Host, options.Insecure, options.Authority is { } file ? session.Files.ReadText(session.Resolve(file)) ?? "" : null,
            options.Certificate is { } own ? session.Files.ReadText(session.Resolve(own)) : null);
        return new HttpCall(method, authority, path, headers, Encoding.UTF8.GetBytes(data)) { Dial = options.Connect.GetValueOrDefault($"{uri.Host}:{uri.Port}") ?? $"{uri.Host}:{uri.Port}", Tls = tls };
    }

    /// <summary>What keeps curl from having an answer, with its exit code.</summary>
    private static (int Code, string Message)? Problem(HttpReply reply, CurlOptions options, ProgramSession session, Uri uri, HttpCall call, TimeSpan elapsed)
    {
        switch (reply.Failure)
        {
            case ConnectionFailure.NameNotFound: return (6, $"Could not resolve host: {uri.Host}");
            case ConnectionFailure.Refused: return (7, $"Failed to connect to {uri.Host} port {uri.Port} after {(int)elapsed.TotalMilliseconds} ms: Could not connect to server");
            case ConnectionFailure.TimedOut: return (28, $"Connection timed out after {(int)elapsed.TotalMilliseconds} milliseconds");
            case ConnectionFailure.TlsMismatch: return (35, "TLS connect error: error:0A00010B:SSL routines::wrong version number");
            case ConnectionFailure.TlsRefused: return call.Tls?.Certificate is null ? (56, "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0") : (56, "OpenSSL SSL_read: error:0A000418:SSL routines::tlsv1 alert unknown ca, errno 0");
            case ConnectionFailure.Reset: return call.Tls is null ? (56, "Recv failure: Connection reset by peer") : (35, "Recv failure: Connection reset by peer");
        }
        if (call.Raw || reply.Status == 0) return (1, "Received HTTP/0.9 when not allowed");
        if (call.Tls is not { Insecure: false } tls || reply.Certificate is not { } certificate) return null;
        if (tls.Authority is null || !PemCertificate.IsSignedBy(certificate, tls.Authority)) return (60, "SSL certificate problem: unable to get local issuer certificate");
        return tls.ServerName.Length == 0 || PemCertificate.IsFor(certificate, tls.ServerName) ? null : (60, $"SSL: no alternative certificate subject name matches target host name '{uri.Host}'");
    }

    private static async Task<int> ShowAsync(ProgramSession session, CurlOptions options, ShellIo io, Uri uri, HttpReply reply, string head, TimeSpan elapsed, int redirects)
    {
        var failed = options.Fail && reply.Status >= 400;
        if (options.HeaderOutput is { } to)
        {
            if (to == "-") await io.OutAsync(head).ConfigureAwait(false);
            else session.Files.Write(session.Resolve(to), Encoding.UTF8.GetBytes(head));
        }
        if (!failed)
        {
            var shown = options.Include || options.Head ? Encoding.UTF8.GetBytes(head) : [];
            byte[] all = options.Head ? shown : [.. shown, .. reply.Body.Span];
            if (options.Output is null or "-") await io.WriteAsync(all).ConfigureAwait(false);
            else if (options.Output != "/dev/null") session.Files.Write(session.Resolve(options.Output), all);
        }
        if (options.Format is not null) await io.OutAsync(Format(options.Format, reply, elapsed, uri, redirects, failed ? 22 : 0)).ConfigureAwait(false);
        return failed ? await FailAsync(io, options, 22, $"The requested URL returned error: {reply.Status}").ConfigureAwait(false) : 0;
    }

    private static void Remember(ProgramSession session, CurlOptions options, Uri uri, HttpReply reply)
    {
        if (options.CookieJar is { } jar) CookieJar.Write(session, jar, uri.Host, reply.Headers);
    }

    private static string Format(string format, HttpReply reply, TimeSpan elapsed, Uri uri, int redirects, int exitCode)
    {
        var text = new StringBuilder(format);
        void Put(string name, string value) => text.Replace("%{" + name + "}", value);
        var seconds = elapsed.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);
        Put("http_code", reply.Status.ToString("000", CultureInfo.InvariantCulture));
        Put("response_code", reply.Status.ToString("000", CultureInfo.InvariantCulture));
        foreach (var name in new[] { "time_total", "time_starttransfer" }) Put(name, seconds);
        foreach (var name in new[] { "time_connect", "time_namelookup", "time_pretransfer", "time_appconnect" }) Put(name, "0.001000");
        Put("size_download", reply.Body.Length.ToString(CultureInfo.InvariantCulture));
        Put("url_effective", uri.AbsoluteUri);
        Put("num_redirects", redirects.ToString(CultureInfo.InvariantCulture));
        Put("redirect_url", reply.Headers["location"] ?? "");
        Put("content_type", reply.Headers["content-type"] ?? "");
        Put("exitcode", exitCode.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in reply.Headers.Items) Put($"header{{{name}}}", value);
        return text.Replace("\\n", "\n").Replace("\\t", "\t").Replace("\\r", "\r").Replace("%%", "%").ToString();
    }

    private static async Task<int> FailAsync(ShellIo io, CurlOptions options, int code, string message)
    {
        if (!options.Silent || options.ShowError) await io.ErrorAsync($"curl: ({code}) {message}\n").ConfigureAwait(false);
        return code;
    }

    internal static string Reason(int status) => status switch
    {
        200 => "OK", 201 => "Created", 202 => "Accepted", 204 => "No Content", 301 => "Moved Permanently", 302 => "Found", 303 => "See Other", 304 => "Not Modified", 307 => "Temporary Redirect", 308 => "Permanent Redirect",
        400 => "Bad Request", 401 => "Unauthorized", 403 => "Forbidden", 404 => "Not Found", 405 => "Method Not Allowed", 409 => "Conflict", 413 => "Payload Too Large", 418 => "I'm a teapot", 429 => "Too Many Requests", 431 => "Request Header Fields Too Large",
        500 => "Internal Server Error", 501 => "Not Implemented", 502 => "Bad Gateway", 503 => "Service Unavailable", 504 => "Gateway Timeout", _ => "",
    };
}
