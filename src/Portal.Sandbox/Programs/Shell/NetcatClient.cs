using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>nc: sends its input to a port and shows what comes back.</summary>
internal static class NetcatClient
{
    public static async Task<int> RunAsync(ProgramSession session, List<string> args, ShellIo io, Func<Task<string>> input, CancellationToken cancellationToken)
    {
        var (scan, verbose, limit) = (false, false, (TimeSpan?)null);
        var operands = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith('-')) operands.Add(args[i]);
            else if (args[i] is "-w" or "-q" or "-i") limit = double.TryParse(args.ElementAtOrDefault(++i), CultureInfo.InvariantCulture, out var seconds) && args[i - 1] == "-w" ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0.1, 3600)) : limit;
            else (scan, verbose) = (scan || args[i].Contains('z', StringComparison.Ordinal), verbose || args[i].Contains('v', StringComparison.Ordinal));
        }
        if (operands is not [var host, var port] || !int.TryParse(port, out _))
        {
            await io.ErrorAsync("nc: usage: nc [-vz] [-w SECONDS] HOST PORT\n").ConfigureAwait(false);
            return 1;
        }
        var text = scan ? "" : await input().ConfigureAwait(false);
        var reply = await session.Container.SendAsync(Call(host, port, text), limit, cancellationToken).ConfigureAwait(false);
        var (ok, says) = reply.Failure switch
        {
            ConnectionFailure.None => (true, "open"),
            ConnectionFailure.NameNotFound => (false, "bad address"),
            ConnectionFailure.Refused => (false, "Connection refused"),
            ConnectionFailure.TimedOut => (false, "Operation timed out"),
            // The connection was there and ended: nc shows nothing and is content.
            _ => (!scan, "Connection reset by peer"),
        };
        if (reply.Failure == ConnectionFailure.NameNotFound) await io.ErrorAsync($"nc: bad address '{host}'\n").ConfigureAwait(false);
        else if (verbose || !ok) await io.ErrorAsync(ok ? $"{host} ({host}:{port}) open\n" : $"nc: {host} ({host}:{port}): {says}\n").ConfigureAwait(false);
        if (!scan) await io.WriteAsync(reply.Body).ConfigureAwait(false);
        return ok ? 0 : 1;
    }

    /// <summary>A request that was typed by hand is a request; anything else is bytes.</summary>
    private static HttpCall Call(string host, string port, string input)
    {
        var lines = input.Replace("\r", "", StringComparison.Ordinal).Split('\n');
        if (lines[0].Split(' ') is not [var method, var path, ['H', 'T', 'T', 'P', '/', ..]]) return new HttpCall("", $"{host}:{port}", "", new HttpHeaders(), Encoding.UTF8.GetBytes(input)) { Raw = true };
        var headers = new HttpHeaders();
        foreach (var line in lines.Skip(1).TakeWhile(l => l.Length > 0)) if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) headers.Add(line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim());
        var authority = headers["host"] ?? host;
        headers.Remove("host");
        return new HttpCall(method, authority, path, headers, default) { Dial = $"{host}:{port}" };
    }
}
