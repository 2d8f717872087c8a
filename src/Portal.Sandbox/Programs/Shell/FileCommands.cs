using System.Formats.Tar;
using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>The shell's commands on files.</summary>
internal static class FileCommands
{
    /// <summary>Runs a command; null when it is none of these.</summary>
    public static async Task<int?> TryRunAsync(ShellSession session, string name, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        var operands = args.Where(a => !a.StartsWith('-')).ToList();
        switch (name)
        {
            case "touch": return await EachAsync(operands, io, f => session.Files.Read(session.Resolve(f)) is null ? session.Files.Write(session.Resolve(f), []) : null, f => $"touch: {f}").ConfigureAwait(false);
            case "mkdir":
                foreach (var d in operands) session.Files.MakeDirectory(session.Resolve(d));
                return 0;
            case "rm" or "rmdir":
                var force = args.Exists(a => a.StartsWith('-') && a.Contains('f', StringComparison.Ordinal));
                return await EachAsync([.. operands.SelectMany(o => Glob(session, o))], io, f => session.Files.Delete(session.Resolve(f)) || force ? null : "No such file or directory", f => $"rm: can't remove '{f}'").ConfigureAwait(false);
            case "chmod" or "chown" or "sync": return 0;
            case "ls": return await ListAsync(session, args, operands, io).ConfigureAwait(false);
            case "cp" or "mv" when operands.Count >= 2: return await CopyAsync(session, name, operands, io).ConfigureAwait(false);
            case "tee":
                var text = await io.ReadAllAsync(cancellationToken).ConfigureAwait(false);
                await io.OutAsync(text).ConfigureAwait(false);
                var before = args.Contains("-a");
                return await EachAsync(operands, io, f => session.Files.Write(session.Resolve(f), Encoding.UTF8.GetBytes((before ? session.Files.ReadText(session.Resolve(f)) : "") + text)), f => $"tee: {f}").ConfigureAwait(false);
            case "tail" when operands is ["/dev/zero"]: throw new OutOfMemoryKillException();
            case "tail" when args.Any(a => a is "-f" or "-F") || operands is ["/dev/null"]:
                foreach (var f in operands.Where(o => !char.IsAsciiDigit(o[0]))) await io.OutAsync(session.Files.ReadText(session.Resolve(f)) ?? "").ConfigureAwait(false);
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                return 0;
            case "tar": return await TarAsync(session, args, io, cancellationToken).ConfigureAwait(false);
            default: return null;
        }
    }

    private static async Task<int> EachAsync(IReadOnlyList<string> files, ShellIo io, Func<string, string?> action, Func<string, string> prefix)
    {
        var status = 0;
        foreach (var f in files)
        {
            if (action(f) is not { } error) continue;
            await io.ErrorAsync($"{prefix(f)}: {error}\n").ConfigureAwait(false);
            status = 1;
        }
        return status;
    }

    private static IEnumerable<string> Glob(ShellSession session, string operand)
    {
        if (!operand.EndsWith("/*", StringComparison.Ordinal)) return [operand.Length > 1 ? operand.TrimEnd('/') : operand];
        var directory = operand[..^2];
        return session.Files.List(session.Resolve(directory)).Select(n => $"{directory}/{n.TrimEnd('/')}");
    }

    private static async Task<int> ListAsync(ShellSession session, List<string> args, List<string> operands, ShellIo io)
    {
        var isLong = args.Exists(a => a.StartsWith('-') && a.Contains('l', StringComparison.Ordinal));
        var status = 0;
        foreach (var operand in operands.DefaultIfEmpty("."))
        {
            var path = session.Resolve(operand);
            string[] names;
            if (session.Files.IsDirectory(path)) names = [.. session.Files.List(path)];
            else if (session.Files.Read(path) is not null) names = [operand];
            else
            {
                await io.ErrorAsync($"ls: {operand}: No such file or directory\n").ConfigureAwait(false);
                status = 1;
                continue;
            }
            if (operands.Count > 1) await io.OutAsync($"{operand}:\n").ConfigureAwait(false);
            if (isLong) await io.OutAsync($"total {names.Length * 4}\n").ConfigureAwait(false);
            foreach (var n in names)
            {
                var file = n == operand ? path : path == "/" ? "/" + n : $"{path}/{n}";
                await io.OutAsync(isLong
                    ? string.Create(CultureInfo.InvariantCulture, $"{(n.EndsWith('/') ? "drwxr-xr-x    2" : "-rw-r--r--    1")} root     root     {session.Files.Read(file)?.Length ?? 4096,9} {session.Time.GetUtcNow():MMM dd HH:mm} {n.TrimEnd('/')}\n")
                    : n.TrimEnd('/') + "\n").ConfigureAwait(false);
            }
        }
        return status;
    }

    private static async Task<int> CopyAsync(ShellSession session, string name, List<string> operands, ShellIo io)
    {
        var target = session.Resolve(operands[^1]);
        return await EachAsync(operands[..^1], io, f =>
        {
            var source = session.Resolve(f);
            if (session.Files.Read(source) is not { } content) return "No such file or directory";
            var to = session.Files.IsDirectory(target) ? $"{target.TrimEnd('/')}/{source[(source.LastIndexOf('/') + 1)..]}" : target;
            if (session.Files.Write(to, content) is { } error) return error;
            if (name == "mv") session.Files.Delete(source);
            return null;
        }, f => $"{name}: can't stat '{f}'").ConfigureAwait(false);
    }

    /// <summary>Archives on the standard streams: what copying files to and from a container runs.</summary>
    private static async Task<int> TarAsync(ShellSession session, List<string> args, ShellIo io, CancellationToken cancellationToken)
    {
        var flags = args.FirstOrDefault() ?? "";
        var directory = args.IndexOf("-C") is >= 0 and var c && c + 1 < args.Count ? session.Resolve(args[c + 1]) : session.Directory;
        if (flags.Contains('c', StringComparison.Ordinal))
        {
            var status = 0;
            using var buffer = new MemoryStream();
            await using (var writer = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
            {
                foreach (var operand in args.Skip(1).Where(a => a != "-" && !a.StartsWith('-') && session.Resolve(a) != directory))
                {
                    if (Add(session, writer, session.Resolve(operand), operand.TrimStart('/'))) continue;
                    await io.ErrorAsync($"tar: {operand}: Cannot stat: No such file or directory\ntar: Exiting with failure status due to previous errors\n").ConfigureAwait(false);
                    status = 2;
                }
            }
            await io.WriteAsync(buffer.ToArray()).ConfigureAwait(false);
            return status;
        }
        using var input = new MemoryStream();
        await foreach (var chunk in io.Input.ReadAllAsync(cancellationToken).ConfigureAwait(false)) input.Write(chunk);
        input.Position = 0;
        await using var reader = new TarReader(input);
        while (await reader.GetNextEntryAsync(copyData: true, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            var path = session.Resolve($"{directory.TrimEnd('/')}/{entry.Name.TrimEnd('/')}");
            if (entry.EntryType == TarEntryType.Directory)
            {
                session.Files.MakeDirectory(path);
                continue;
            }
            using var content = new MemoryStream();
            if (entry.DataStream is { } data) await data.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
            if (session.Files.Write(path, content.ToArray()) is not { } error) continue;
            await io.ErrorAsync($"tar: {entry.Name}: Cannot open: {error}\ntar: Exiting with failure status due to previous errors\n").ConfigureAwait(false);
            return 2;
        }
        return 0;
    }

    private static bool Add(ShellSession session, TarWriter writer, string path, string name)
    {
        if (session.Files.Read(path) is { } content)
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            return true;
        }
        if (!session.Files.IsDirectory(path)) return false;
        writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, name + "/"));
        foreach (var inner in session.Files.List(path)) Add(session, writer, $"{path.TrimEnd('/')}/{inner.TrimEnd('/')}", $"{name}/{inner.TrimEnd('/')}");
        return true;
    }
}
