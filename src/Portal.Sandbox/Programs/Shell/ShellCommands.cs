using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Sandbox.Mesh;
using Portal.Sandbox.Registry;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>The commands of a container's shell.</summary>
internal static class ShellCommands
{
    public const int NotFound = 127;

    private static readonly TimeSpan s_regexTimeout = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(ShellSession session, IReadOnlyList<string> argv, ShellIo io, CancellationToken cancellationToken)
    {
        var name = argv[0][(argv[0].LastIndexOf('/') + 1)..];
        var args = argv.Skip(1).ToList();
        switch (name)
        {
            case "curl": return await CurlCommand.RunAsync(session, args, io, cancellationToken).ConfigureAwait(false);
            case "wget": return await CurlCommand.WgetAsync(session, args, io, cancellationToken).ConfigureAwait(false);
            case "nc" or "netcat": return await NetcatCommand.RunAsync(session, args, io, cancellationToken).ConfigureAwait(false);
            case "sh" or "bash": return await ShellExec.RunAsync(session.Container, argv, io, false, cancellationToken).ConfigureAwait(false);
            case "true" or ":": return 0;
            case "false": return 1;
            case "exit":
                session.Exited = true;
                if (args.Count > 0 && int.TryParse(args[0], out var code)) session.LastStatus = code;
                return session.LastStatus;
            case "echo":
                var newline = args.FirstOrDefault() != "-n";
                if (args.FirstOrDefault() is "-n" or "-e") args.RemoveAt(0);
                await io.OutAsync(string.Join(' ', args) + (newline ? "\n" : "")).ConfigureAwait(false);
                return 0;
            case "printf":
                await io.OutAsync(Printf(args)).ConfigureAwait(false);
                return 0;
            case "sleep":
                if (args.Count == 0) return await FailAsync(io, "sleep: missing operand").ConfigureAwait(false);
                var length = args[0] is "infinity" or "inf" ? TimeSpan.FromDays(365 * 10) : EnvoyDuration.Parse(char.IsAsciiLetter(args[0][^1]) ? args[0] : args[0] + "s");
                if (length is null) return await FailAsync(io, $"sleep: invalid number '{args[0]}'").ConfigureAwait(false);
                await DelayAsync(session.Time, length.Value, cancellationToken).ConfigureAwait(false);
                return 0;
            case "env" or "printenv":
                await io.OutAsync(args.Count == 0 ? string.Concat(session.Variables.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}\n")) : string.Concat(args.Select(a => session.Variables.TryGetValue(a, out var v) ? v + "\n" : ""))).ConfigureAwait(false);
                return 0;
            case "export" or "readonly" or "set" or "unset":
                foreach (var a in args.Where(a => a.Contains('=', StringComparison.Ordinal))) session.Variables[a[..a.IndexOf('=', StringComparison.Ordinal)]] = a[(a.IndexOf('=', StringComparison.Ordinal) + 1)..];
                return 0;
            case "hostname": await io.OutAsync(session.Container.Pod.Name + "\n").ConfigureAwait(false); return 0;
            case "date": await io.OutAsync(session.Time.GetUtcNow().ToString(args.Contains("+%s") ? "" : "ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture) is { Length: > 0 } d && !args.Contains("+%s") ? d + "\n" : session.Time.GetUtcNow().ToUnixTimeSeconds() + "\n").ConfigureAwait(false); return 0;
            case "whoami": await io.OutAsync(session.Container.IsProxy ? "istio-proxy\n" : "root\n").ConfigureAwait(false); return 0;
            case "id": await io.OutAsync(session.Container.IsProxy ? "uid=1337 gid=1337 groups=1337\n" : "uid=0(root) gid=0(root) groups=0(root)\n").ConfigureAwait(false); return 0;
            case "uname": await io.OutAsync(args.Contains("-a") ? $"Linux {session.Container.Pod.Name} 6.1.0-sandbox #1 SMP x86_64 GNU/Linux\n" : "Linux\n").ConfigureAwait(false); return 0;
            case "pwd": await io.OutAsync(session.Directory + "\n").ConfigureAwait(false); return 0;
            case "cd": session.Directory = session.Resolve(args.FirstOrDefault() ?? "/root"); return 0;
            case "ps": await io.OutAsync($"PID   USER     TIME  COMMAND\n    1 root      0:00 {string.Join(' ', session.Container.Command.DefaultIfEmpty(session.Container.Name))}\n").ConfigureAwait(false); return 0;
            case "kill":
                var container = session.Container;
                if (args.Contains("1") && container.Program.EndsGracefully && !args.Contains("-0"))
                {
                    container.Kill(0, "Completed");
                    container.Pod.Cluster.Controllers.WakeKubelet(container.Pod.Key);
                }
                return 0;
            case "wait":
                await Task.WhenAll(session.Jobs).WaitAsync(cancellationToken).ConfigureAwait(false);
                session.Jobs.Clear();
                return 0;
            case "fortio" when session.Container.Program is FortioProgram: return await FortioCommand.RunAsync(session, [.. args], io, cancellationToken).ConfigureAwait(false);
            case "seq": return await SeqAsync(args, io).ConfigureAwait(false);
            case "cat": return await CatAsync(session, args, io, cancellationToken).ConfigureAwait(false);
            case "nslookup": return await LookUpAsync(session, args, io).ConfigureAwait(false);
            case "test": return Test(session, args) ? 0 : 1;
            case "[": return Test(session, args.Count > 0 && args[^1] == "]" ? args[..^1] : args) ? 0 : 1;
            case "tail" when args is [.., "/dev/zero" or "/dev/null"] || args.Any(a => a is "-f" or "-F"): return await FileCommands.TryRunAsync(session, name, args, io, cancellationToken).ConfigureAwait(false) ?? 0;
            case "head" or "tail" or "wc" or "sort" or "uniq" or "grep" or "tr" or "cut":
                var input = await InputAsync(session, name, args, io, cancellationToken).ConfigureAwait(false);
                return await FilterAsync(name, args, input, io).ConfigureAwait(false);
            case "stress" or "stress-ng": return await StressProgram.RunAsync(session.Container, args, cancellationToken).ConfigureAwait(false);
            default:
                if (await FileCommands.TryRunAsync(session, name, args, io, cancellationToken).ConfigureAwait(false) is { } done) return done;
                await io.ErrorAsync($"sh: {argv[0]}: not found\n").ConfigureAwait(false);
                return NotFound;
        }
    }

    private static async Task DelayAsync(TimeProvider time, TimeSpan length, CancellationToken cancellationToken)
    {
        // Timers have a limit of weeks; a container that sleeps for years is woken in between.
        for (var max = TimeSpan.FromDays(20); length > TimeSpan.Zero; length -= max) await Task.Delay(length < max ? length : max, time, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<int> FailAsync(ShellIo io, string message)
    {
        await io.ErrorAsync(message + "\n").ConfigureAwait(false);
        return 1;
    }

    private static string Printf(List<string> args)
    {
        if (args.Count == 0) return "";
        var text = args[0].Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal);
        foreach (var a in args.Skip(1))
        {
            var i = text.IndexOf('%', StringComparison.Ordinal);
            if (i >= 0 && i + 1 < text.Length) text = text[..i] + a + text[(i + 2)..];
        }
        return text.Replace("%%", "%", StringComparison.Ordinal);
    }

    private static async Task<int> SeqAsync(List<string> args, ShellIo io)
    {
        var numbers = args.ConvertAll(a => long.TryParse(a, out var n) ? n : 0);
        var (from, step, to) = numbers.Count switch { 1 => (1L, 1L, numbers[0]), 2 => (numbers[0], 1L, numbers[1]), 3 => (numbers[0], numbers[1], numbers[2]), _ => (1L, 1L, 0L) };
        if (step == 0 || (to - from) / step > 100_000) return await FailAsync(io, "seq: too many numbers").ConfigureAwait(false);
        var text = new StringBuilder();
        for (var i = from; step > 0 ? i <= to : i >= to; i += step) text.Append(i).Append('\n');
        await io.OutAsync(text.ToString()).ConfigureAwait(false);
        return 0;
    }

    private static async Task<int> CatAsync(ShellSession session, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        if (args.Count == 0) await io.OutAsync(await io.ReadAllAsync(cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        var status = 0;
        foreach (var file in args)
        {
            var text = session.Files.ReadText(session.Resolve(file));
            if (text is null) status = await FailAsync(io, $"cat: can't open '{file}': No such file or directory").ConfigureAwait(false);
            else await io.OutAsync(text).ConfigureAwait(false);
        }
        return status;
    }

    private static async Task<int> LookUpAsync(ShellSession session, List<string> args, ShellIo io)
    {
        var pod = session.Container.Pod;
        var name = args.FirstOrDefault(a => !a.StartsWith('-')) ?? "";
        await io.OutAsync("Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n").ConfigureAwait(false);
        if (ServiceRegistry.Of(pod.Cluster.Store.Snapshot).Resolve(name, pod.Namespace) is not { } service) return await FailAsync(io, $"** server can't find {name}: NXDOMAIN").ConfigureAwait(false);
        await io.OutAsync($"Name:\t{service.Host}\nAddress: {service.ClusterIp}\n\n").ConfigureAwait(false);
        return 0;
    }

    private static bool Test(ShellSession session, List<string> a) => a switch
    {
        ["!", ..] => !Test(session, a[1..]),
        ["-z", var s] => s.Length == 0,
        ["-n", var s] => s.Length > 0,
        [var x, "=" or "==", var y] => x == y,
        [var x, "!=", var y] => x != y,
        [var x, "-eq", var y] => Number(x) == Number(y),
        [var x, "-ne", var y] => Number(x) != Number(y),
        [var x, "-lt", var y] => Number(x) < Number(y),
        [var x, "-le", var y] => Number(x) <= Number(y),
        [var x, "-gt", var y] => Number(x) > Number(y),
        [var x, "-ge", var y] => Number(x) >= Number(y),
        ["-f" or "-s" or "-r", var f] => session.Files.Read(session.Resolve(f)) is { } content && (a[0] != "-s" || content.Length > 0),
        ["-d", var f] => session.Files.IsDirectory(session.Resolve(f)),
        ["-e", var f] => session.Files.IsDirectory(session.Resolve(f)) || session.Files.Read(session.Resolve(f)) is not null,
        [var s] => s.Length > 0,
        _ => false,
    };

    private static long Number(string s) => long.TryParse(s, CultureInfo.InvariantCulture, out var n) ? n : 0;

    private static async Task<string> InputAsync(ShellSession session, string name, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        var operands = args.Where(a => !a.StartsWith('-')).ToList();
        var skip = name is "grep" or "tr" ? 1 : 0;
        var file = name == "tr" ? null : operands.Skip(skip).FirstOrDefault(o => session.Files.Read(session.Resolve(o)) is not null);
        return file is null ? await io.ReadAllAsync(cancellationToken).ConfigureAwait(false) : session.Files.ReadText(session.Resolve(file))!;
    }

    private static async Task<int> FilterAsync(string name, List<string> args, string input, ShellIo io)
    {
        var lines = input.Length == 0 ? [] : input.TrimEnd('\n').Split('\n').ToList();
        bool Has(char flag) => args.Any(a => a.Length > 1 && a[0] == '-' && a.Contains(flag, StringComparison.Ordinal));
        IEnumerable<string> result = lines;
        var status = 0;
        switch (name)
        {
            case "head": result = lines.Take(Count(args)); break;
            case "tail": result = lines.TakeLast(Count(args)); break;
            case "sort": result = Has('n') ? lines.OrderBy(l => Number(l.Trim().Split(' ')[0])) : lines.Order(StringComparer.Ordinal); if (Has('r')) result = result.Reverse(); if (Has('u')) result = result.Distinct(); break;
            case "uniq":
                var groups = new List<(string Line, int Count)>();
                foreach (var l in lines) if (groups.Count > 0 && groups[^1].Line == l) groups[^1] = (l, groups[^1].Count + 1); else groups.Add((l, 1));
                result = groups.Select(g => Has('c') ? $"{g.Count,7} {g.Line}" : g.Line);
                break;
            case "wc": result = [Has('l') ? lines.Count.ToString(CultureInfo.InvariantCulture) : Has('c') ? input.Length.ToString(CultureInfo.InvariantCulture) : $"{lines.Count} {input.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length} {input.Length}"]; break;
            case "tr":
                var d = args.ElementAtOrDefault(1)?.Replace("\\n", "\n", StringComparison.Ordinal) ?? "";
                await io.OutAsync(Has('d') ? string.Concat(input.Where(c => !d.Contains(c, StringComparison.Ordinal))) : input.Replace(args.ElementAtOrDefault(0)?.Replace("\\n", "\n", StringComparison.Ordinal) ?? " ", d, StringComparison.Ordinal)).ConfigureAwait(false);
                return 0;
            case "cut":
                var by = args.FirstOrDefault(a => a.StartsWith("-d", StringComparison.Ordinal))?[2..] ?? "\t";
                var field = (int)Number(args.FirstOrDefault(a => a.StartsWith("-f", StringComparison.Ordinal))?[2..] ?? "1");
                result = lines.Select(l => l.Split(by.Trim('"', '\'') is { Length: > 0 } b ? b : " ").ElementAtOrDefault(field - 1) ?? "");
                break;
            case "grep":
                var pattern = args.FirstOrDefault(a => !a.StartsWith('-')) ?? "";
                var regex = new Regex(pattern, (Has('i') ? RegexOptions.IgnoreCase : RegexOptions.None) | RegexOptions.CultureInvariant, s_regexTimeout);
                var matching = lines.Where(l => regex.IsMatch(l) != Has('v')).ToList();
                status = matching.Count > 0 ? 0 : 1;
                result = Has('q') ? [] : Has('c') ? [matching.Count.ToString(CultureInfo.InvariantCulture)] : Has('o') ? matching.SelectMany(l => regex.Matches(l).Select(m => m.Value)) : matching;
                break;
        }
        foreach (var l in result) await io.OutAsync(l + "\n").ConfigureAwait(false);
        return status;
    }

    private static int Count(List<string> args)
    {
        var i = args.IndexOf("-n");
        var text = i >= 0 ? args.ElementAtOrDefault(i + 1) : args.FirstOrDefault(a => a.StartsWith('-'))?.TrimStart('-', 'n', 'c');
        return int.TryParse(text, out var n) ? n : 10;
    }
}
