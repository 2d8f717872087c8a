using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>curl's command line.</summary>
internal sealed class CurlOptions
{
    public string Method { get; set; } = "";
    public HttpHeaders Headers { get; } = new();
    public StringBuilder Data { get; } = new();
    public bool DataInQuery { get; set; }
    public bool Silent { get; set; }
    public bool ShowError { get; set; }
    public bool Include { get; set; }
    public bool Head { get; set; }
    public bool Verbose { get; set; }
    public bool Fail { get; set; }
    public bool Follow { get; set; }
    public bool Insecure { get; set; }
    public string? Authority { get; set; }
    public string? Certificate { get; set; }
    public string? Key { get; set; }
    public string? Output { get; set; }
    public string? HeaderOutput { get; set; }
    public string? Format { get; set; }
    public string? CookieJar { get; set; }
    public int Retries { get; set; }
    public TimeSpan? Limit { get; set; }

    /// <summary>Addresses for hosts (<c>--resolve</c>, <c>--connect-to</c>): what is asked for, and where to connect.</summary>
    public Dictionary<string, string> Connect { get; } = new(StringComparer.OrdinalIgnoreCase);
    public List<string> Urls { get; } = [];

    public static bool TryParse(List<string> args, out CurlOptions options, [NotNullWhen(false)] out string? error)
    {
        options = new CurlOptions();
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
                if (options.Switch(flag)) continue;
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
                options.Set(flag, value);
                break;
            }
        }
        return true;
    }

    public void AddHeader(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0) Headers.Add(text[..colon].Trim().ToLowerInvariant(), text[(colon + 1)..].Trim());
        else if (text.EndsWith(';')) Headers.Add(text[..^1].Trim().ToLowerInvariant(), "");
    }

    private bool Switch(string flag)
    {
        switch (flag)
        {
            case "-s" or "--silent": Silent = true; return true;
            case "-S" or "--show-error": ShowError = true; return true;
            case "-i" or "--include" or "--show-headers": Include = true; return true;
            case "-I" or "--head": Head = true; return true;
            case "-v" or "--verbose": Verbose = true; return true;
            case "-f" or "--fail": Fail = true; return true;
            case "-L" or "--location": Follow = true; return true;
            case "-k" or "--insecure": Insecure = true; return true;
            case "-G" or "--get": DataInQuery = true; return true;
            case "-g" or "--globoff" or "-4" or "--ipv4" or "-N" or "--no-buffer" or "--compressed" or "--http1.1" or "--http1.0" or "--http2" or "--http2-prior-knowledge" or "--tlsv1.2" or "--tlsv1.3" or "--no-keepalive" or "--path-as-is" or "--retry-connrefused" or "--retry-all-errors" or "-#" or "--progress-bar" or "--no-progress-meter":
                return true;
            default: return false;
        }
    }

    private static bool TakesValue(string flag) => flag is "-H" or "--header" or "-X" or "--request" or "-d" or "--data" or "--data-raw" or "--data-binary" or "--data-urlencode" or "--json" or "-o" or "--output" or "-w" or "--write-out"
        or "-m" or "--max-time" or "--connect-timeout" or "-A" or "--user-agent" or "-e" or "--referer" or "-b" or "--cookie" or "-c" or "--cookie-jar" or "-u" or "--user" or "--retry" or "--retry-delay" or "--retry-max-time"
        or "--resolve" or "--connect-to" or "--cacert" or "-E" or "--cert" or "--key" or "-D" or "--dump-header" or "--oauth2-bearer" or "--url" or "--max-redirs" or "--interface" or "--limit-rate" or "--ciphers" or "--tls-max";

    private void Set(string flag, string value)
    {
        switch (flag)
        {
            case "-H" or "--header": AddHeader(value); break;
            case "-X" or "--request": Method = value; break;
            case "--json":
                Data.Append(value);
                Headers["content-type"] ??= "application/json";
                Headers["accept"] ??= "application/json";
                break;
            case "-d" or "--data" or "--data-raw" or "--data-binary": Data.Append(Data.Length > 0 ? "&" : "").Append(value); break;
            case "--data-urlencode":
                var (name, text) = value.Split('=', 2) is [var n, var t] ? (n + "=", t) : ("", value);
                Data.Append(Data.Length > 0 ? "&" : "").Append(name.Length > 1 ? name : "").Append(Uri.EscapeDataString(text));
                break;
            case "-o" or "--output": Output = value; break;
            case "-D" or "--dump-header": HeaderOutput = value; break;
            case "-w" or "--write-out": Format = value; break;
            case "-m" or "--max-time" when double.TryParse(value, CultureInfo.InvariantCulture, out var seconds): Limit = TimeSpan.FromSeconds(Math.Clamp(seconds, 0.001, 3600)); break;
            case "-A" or "--user-agent": Headers["user-agent"] = value; break;
            case "-e" or "--referer": Headers["referer"] = value; break;
            case "-b" or "--cookie": Headers["cookie"] = value; break;
            case "-c" or "--cookie-jar": CookieJar = value; break;
            case "-u" or "--user": Headers["authorization"] = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(value)); break;
            case "--oauth2-bearer": Headers["authorization"] = "Bearer " + value; break;
            case "--retry" when int.TryParse(value, out var retries): Retries = Math.Clamp(retries, 0, 100); break;
            case "--cacert": Authority = value; break;
            case "-E" or "--cert": Certificate = value; break;
            case "--key": Key = value; break;
            case "--url": Urls.Add(value); break;
            // host:port:address, or HOST1:PORT1:HOST2:PORT2
            case "--resolve" when value.Split(':') is [var host, var port, var address, ..]: Connect[$"{host}:{port}"] = $"{address.Trim('[', ']')}:{port}"; break;
            case "--connect-to" when value.Split(':') is [var from, var fromPort, var to, var toPort]: Connect[$"{from}:{fromPort}"] = $"{to}:{toPort}"; break;
        }
    }
}
