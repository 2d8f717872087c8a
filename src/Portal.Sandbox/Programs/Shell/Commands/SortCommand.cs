using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class SortCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["sort"];

    private sealed record Key(int Field, int Character, int EndField, int EndCharacter, string Flags);

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options(
            "nrubfdihMgVzsck:t:o:T:S: n=numeric-sort r=reverse u=unique k=key t=field-separator"
        );
        var global = string.Concat(
            options.All.Where(o => "nrfdihgMVb".Contains(o.Flag, StringComparison.Ordinal)).Select(o => o.Flag)
        );
        var keys = options.Values('k').Select(k => ParseKey(k, global)).ToList();
        if (keys.Count == 0) keys.Add(new(1, 1, int.MaxValue, 0, global));
        var separator = options.Value('t') is { Length: > 0 } t ? t == "\\t" ? '\t' : t[0] : '\0';
        var end = (byte)(options.Has('z') ? 0 : '\n');
        var lines = new List<string>();
        await foreach (var (_, input) in context.InputsAsync(options.Operands))
        {
            while (await input.ReadLineAsync(end).ConfigureAwait(false) is { } line)
            {
                context.Process.Hold(2L * line.Length + 48);
                lines.Add(line);
            }
        }
        if (context.Status != 0) return 2;
        await context.SpendAsync(lines.Count * Math.Log2(lines.Count + 2) * 0.2).ConfigureAwait(false);
        int Compare(string a, string b)
        {
            foreach (var key in keys)
            {
                var order = CompareKey(Part(a, key, separator), Part(b, key, separator), key.Flags);
                if (order != 0) return key.Flags.Contains('r', StringComparison.Ordinal) ? -order : order;
            }
            return 0;
        }
        int Whole(string a, string b) =>
            Compare(a, b) is not 0 and var order ? order
            : options.Has('u') || options.Has('s') ? 0
            : (global.Contains('r', StringComparison.Ordinal) ? -1 : 1) * string.CompareOrdinal(a, b);
        if (options.Has('c'))
        {
            for (var i = 1; i < lines.Count; i++)
                if (Whole(lines[i - 1], lines[i]) > 0)
                    return await context.ErrorAsync($"Check line {i + 1}").ConfigureAwait(false);
            return 0;
        }
        IEnumerable<string> sorted = lines.Order(Comparer<string>.Create(Whole));
        var target = options.Value('o') is { } path
            ? ShellFiles.Open(context.Process, path, ShellFiles.Access.Write)
            : null;
        if (target is not null)
            context.Process.Files.Set(1, target);
        string? before = null;
        foreach (var line in sorted)
        {
            if (options.Has('u') && before is not null && Compare(before, line) == 0) continue;
            before = line;
            await context.OutAsync(line + (char)end).ConfigureAwait(false);
        }
        return 0;
    }

    private static Key ParseKey(string text, string global)
    {
        var parts = text.Split(',', 2);
        var (field, character, flags) = ParsePosition(parts[0]);
        var (endField, endCharacter, more) = parts.Length > 1 ? ParsePosition(parts[1]) : (int.MaxValue, 0, "");
        if (field < 1)
            throw new CommandException("bad -k parameter");
        return new(
            field,
            Math.Max(1, character),
            endField,
            endCharacter,
            flags + more is { Length: > 0 } own ? own : global
        );
    }

    private static (int Field, int Character, string Flags) ParsePosition(string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var numbers = text[..digits].Split('.');
        return (
            int.TryParse(numbers[0], out var field) ? field : 0,
            numbers.Length > 1 && int.TryParse(numbers[1], out var character) ? character : 0,
            text[digits..]
        );
    }

    private static string Part(string line, Key key, char separator)
    {
        if (key is { Field: 1, Character: 1, EndField: int.MaxValue }) return line;
        var start = Start(line, key.Field, separator);
        if (key.Flags.Contains('b', StringComparison.Ordinal))
            while (start < line.Length && line[start] is ' ' or '\t')
                start++;
        start = Math.Min(line.Length, start + key.Character - 1);
        if (key.EndField == int.MaxValue)
            return line[start..];
        var end =
            key.EndCharacter == 0
                ? End(line, key.EndField, separator)
                : Math.Min(line.Length, Start(line, key.EndField, separator) + key.EndCharacter);
        return end <= start ? "" : line[start..end];
    }

    private static int Start(string line, int field, char separator)
    {
        var i = 0;
        for (var n = 1; n < field && i < line.Length; n++)
        {
            i = End(line, 1, separator, i);
            if (separator != '\0' && i < line.Length) i++;
        }
        return Math.Min(i, line.Length);
    }

    private static int End(string line, int field, char separator, int from = 0)
    {
        var i = from;
        for (var n = 0; n < field && i < line.Length; n++)
        {
            if (separator != '\0')
            {
                if (n > 0) i++;
                while (i < line.Length && line[i] != separator) i++;
                continue;
            }
            while (i < line.Length && line[i] is ' ' or '\t') i++;
            while (i < line.Length && line[i] is not (' ' or '\t')) i++;
        }
        return Math.Min(i, line.Length);
    }

    private static int CompareKey(string a, string b, string flags)
    {
        if (flags.Contains('n', StringComparison.Ordinal))
            return Number(a, false).CompareTo(Number(b, false));
        if (flags.Contains('g', StringComparison.Ordinal))
            return Number(a, true).CompareTo(Number(b, true));
        if (flags.Contains('h', StringComparison.Ordinal))
            return Human(a).CompareTo(Human(b));
        if (flags.Contains('V', StringComparison.Ordinal))
            return Version(a, b);
        if (flags.Contains('M', StringComparison.Ordinal))
            return Month(a).CompareTo(Month(b));
        if (flags.Contains('d', StringComparison.Ordinal))
            (a, b) = (
                Only(a, c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '\t'),
                Only(b, c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '\t')
            );
        if (flags.Contains('i', StringComparison.Ordinal))
            (a, b) = (Only(a, c => c is >= ' ' and < '\u007f'), Only(b, c => c is >= ' ' and < '\u007f'));
        return flags.Contains('f', StringComparison.Ordinal)
            ? string.CompareOrdinal(a.ToUpperInvariant(), b.ToUpperInvariant())
            : string.CompareOrdinal(a, b);
    }

    private static string Only(string text, Func<char, bool> keep) => string.Concat(text.Where(keep));

    private static double Number(string text, bool general)
    {
        var i = 0;
        while (i < text.Length && text[i] is ' ' or '\t') i++;
        var start = i;
        if (i < text.Length && text[i] is '-' or '+')
            i++;
        while (
            i < text.Length
            && (char.IsAsciiDigit(text[i]) || text[i] == '.' || (general && text[i] is 'e' or 'E' or '-'))
        )
            i++;
        return double.TryParse(
            text.AsSpan(start, i - start),
            NumberStyles.Float,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : 0;
    }

    private static double Human(string text)
    {
        var trimmed = text.Trim();
        var digits = trimmed.TakeWhile(c => char.IsAsciiDigit(c) || c is '.' or '-').Count();
        var power =
            digits < trimmed.Length
                ? "KMGTPE".IndexOf(char.ToUpperInvariant(trimmed[digits]), StringComparison.Ordinal) + 1
                : 0;
        return Number(trimmed, false) * Math.Pow(1024, power);
    }

    private static int Month(string text) =>
        Array.IndexOf(
            ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
            text.Trim() is { Length: >= 3 } t ? t[..3].ToUpperInvariant() : ""
        );

    private static int Version(string a, string b)
    {
        var (i, j) = (0, 0);
        while (i < a.Length && j < b.Length)
        {
            if (char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                var (from, start) = (i, j);
                while (i < a.Length && char.IsAsciiDigit(a[i])) i++;
                while (j < b.Length && char.IsAsciiDigit(b[j])) j++;
                var (left, right) = (a[from..i].TrimStart('0'), b[start..j].TrimStart('0'));
                var order =
                    left.Length != right.Length
                        ? left.Length.CompareTo(right.Length)
                        : string.CompareOrdinal(left, right);
                if (order != 0)
                    return order;
            }
            else if (a[i] != b[j]) return a[i].CompareTo(b[j]);
            else (i, j) = (i + 1, j + 1);
        }
        return (a.Length - i).CompareTo(b.Length - j);
    }
}
