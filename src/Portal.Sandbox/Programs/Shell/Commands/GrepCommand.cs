using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class GrepCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["grep", "egrep", "fgrep"];

    private sealed record Search(CommandOptions Options, List<Regex> Patterns, bool Names)
    {
        public int Matched { get; set; }
    }

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options(
            "ivcnoqlLwxEFhHsrRae:f:A:B:C:m: i=ignore-case v=invert-match c=count n=line-number o=only-matching "
                + "q=quiet q=silent l=files-with-matches w=word-regexp x=line-regexp E=extended-regexp "
                + "F=fixed-strings h=no-filename H=with-filename s=no-messages r=recursive e=regexp f=file "
                + "A=after-context B=before-context C=context m=max-count"
        );
        var operands = options.Operands.ToList();
        var texts = options.Values('e').SelectMany(e => e.Split('\n')).ToList();
        foreach (var file in options.Values('f'))
        {
            if (await context.OpenAsync(file).ConfigureAwait(false) is not { } input) return 2;
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line) texts.Add(line);
            input.Close();
        }
        if (!options.Has('e') && !options.Has('f'))
        {
            if (operands.Count == 0)
                throw new CommandException(CommandOptions.Usage(context, "missing pattern").Message, 2);
            texts.AddRange(operands[0].Split('\n'));
            operands.RemoveAt(0);
        }
        var recursive = options.Has('r') || options.Has('R');
        var search = new Search(
            options,
            texts.ConvertAll(t => Compile(context, options, t)),
            options.Has('H') || ((operands.Count > 1 || recursive) && !options.Has('h'))
        );
        if (recursive)
            operands = [.. (operands.Count == 0 ? ["."] : operands).SelectMany(o => Files(context, o))];
        var failed = false;
        foreach (var path in operands.Count == 0 ? ["-"] : operands)
        {
            if (path != "-" && context.FileStatus(path) is null && !DeviceFile.Is(context.Resolve(path)))
            {
                failed = true;
                if (!options.Has('s'))
                    await context.ErrorAsync($"{path}: {ContainerFiles.Missing}").ConfigureAwait(false);
                continue;
            }
            if (await context.OpenAsync(path).ConfigureAwait(false) is not { } input)
            {
                failed = true;
                continue;
            }
            try
            {
                await FileAsync(context, search, path, input).ConfigureAwait(false);
            }
            finally
            {
                input.Close();
            }
            if (options.Has('q') && search.Matched > 0) return 0;
        }
        return failed ? 2 : search.Matched > 0 ? 0 : 1;
    }

    private static IEnumerable<string> Files(CommandContext context, string path)
    {
        var full = context.Resolve(path);
        if (!context.Container.Files.IsDirectory(full))
            return [path];
        return context
            .Container.Files.List(full)
            .SelectMany(n => Files(context, $"{path.TrimEnd('/')}/{ByteText.From(n.TrimEnd('/'))}"));
    }

    private static Regex Compile(CommandContext context, CommandOptions options, string text)
    {
        var ignoresCase = options.Has('i');
        if (options.Has('F') || context.Name == "fgrep")
            text = string.Concat(
                text.Select(c =>
                    c is '\\' or '.' or '[' or ']' or '*' or '^' or '$' or '+' or '?' or '(' or ')' or '{' or '}' or '|'
                        ? "\\" + c
                        : c.ToString()
                )
            );
        var extended = options.Has('E') || options.Has('F') || context.Name is "egrep" or "fgrep";
        if (options.Has('x')) text = extended ? $"^({text})$" : $@"^\({text}\)$";
        return PosixRegex.Compile(text, extended, ignoresCase);
    }

    private static async Task FileAsync(CommandContext context, Search search, string path, InputReader input)
    {
        var options = search.Options;
        var name = path == "-" ? "(standard input)" : path;
        var most = options.Number('m', long.MaxValue);
        var around = options.Number('C', 0);
        var (after, before) = (options.Number('A', around), options.Number('B', around));
        var (number, count, shownUntil, pending) = (0L, 0L, 0L, 0L);
        var held = new Queue<(long Number, string Line)>();
        string Prefix(long n, char mark) =>
            (search.Names ? $"{name}{mark}" : "") + (options.Has('n') ? $"{n}{mark}" : "");
        async Task ShowAsync(long n, string line, char mark)
        {
            if ((before > 0 || after > 0) && shownUntil > 0 && n > shownUntil + 1)
                await context.OutAsync("--\n").ConfigureAwait(false);
            shownUntil = n;
            await context.OutAsync($"{Prefix(n, mark)}{line}\n").ConfigureAwait(false);
        }
        while (count < most && await input.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            number++;
            await context.SpendAsync(0.3 + (line.Length * 0.01 * search.Patterns.Count)).ConfigureAwait(false);
            var match = First(search, line);
            if (match is not null == options.Has('v'))
            {
                if (pending > 0)
                {
                    pending--;
                    await ShowAsync(number, line, '-').ConfigureAwait(false);
                }
                else if (before > 0)
                {
                    held.Enqueue((number, line));
                    if (held.Count > before) held.Dequeue();
                }
                continue;
            }
            count++;
            search.Matched++;
            if (options.Has('q') || options.Has('l')) break;
            if (options.Has('c') || options.Has('L')) continue;
            if (options.Has('o'))
            {
                if (!options.Has('v'))
                    foreach (var text in All(search, line))
                        await context.OutAsync($"{Prefix(number, ':')}{text}\n").ConfigureAwait(false);
                continue;
            }
            while (held.TryDequeue(out var earlier))
                await ShowAsync(earlier.Number, earlier.Line, '-').ConfigureAwait(false);
            await ShowAsync(number, line, ':').ConfigureAwait(false);
            pending = after;
        }
        for (; pending > 0 && await input.ReadLineAsync().ConfigureAwait(false) is { } rest; pending--)
            await ShowAsync(++number, rest, '-').ConfigureAwait(false);
        if (options.Has('c'))
            await context.OutAsync((search.Names ? name + ":" : "") + count + "\n").ConfigureAwait(false);
        if (!(options.Has('l') ? count > 0 : options.Has('L') && count == 0))
            return;
        if (options.Has('L'))
            search.Matched++;
        await context.OutAsync(name + "\n").ConfigureAwait(false);
    }

    private static Match? First(Search search, string line) =>
        search
            .Patterns.Select(p => Matches(search, p, line).FirstOrDefault())
            .Where(m => m is not null)
            .MinBy(m => m!.Index);

    private static IEnumerable<string> All(Search search, string line)
    {
        var at = 0;
        while (at <= line.Length)
        {
            var next = search
                .Patterns.Select(p => Matches(search, p, line, at).FirstOrDefault())
                .Where(m => m is not null)
                .OrderBy(m => m!.Index)
                .ThenByDescending(m => m!.Length)
                .FirstOrDefault();
            if (next is null)
                yield break;
            if (next.Length > 0)
                yield return next.Value;
            at = next.Index + Math.Max(1, next.Length);
        }
    }

    private static IEnumerable<Match> Matches(Search search, Regex pattern, string line, int from = 0)
    {
        for (
            var match = pattern.Match(line, from);
            match.Success;
            match = match.Index < line.Length ? pattern.Match(line, match.Index + 1) : Match.Empty
        )
        {
            if (
                !search.Options.Has('w')
                || (!IsWord(line, match.Index - 1) && !IsWord(line, match.Index + match.Length))
            )
                yield return match;
        }
    }

    private static bool IsWord(string line, int at) =>
        at >= 0 && at < line.Length && (char.IsAsciiLetterOrDigit(line[at]) || line[at] == '_');
}
