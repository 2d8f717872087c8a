using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell;

/// <summary>What words become: variables, substitutions, arithmetic, fields, file names.</summary>
internal sealed class ShellExpansion(ShellInterpreter shell)
{
    private const int ChargeStep = 64 * 1024;

    /// <summary>The fields of words.</summary>
    public async Task<List<string>> FieldsAsync(IReadOnlyList<Word> words)
    {
        var result = new List<string>(words.Count);
        foreach (var word in words)
        {
            if (word.Plain is { } plain && plain[0] != '~' && !plain.AsSpan().ContainsAny('*', '?', '['))
            {
                result.Add(plain);
                continue;
            }
            var fields = new FieldBuilder(shell.Variables["IFS"] ?? " \t\n", splits: true);
            try
            {
                await AppendAsync(fields, word, nested: false).ConfigureAwait(false);
                fields.EndWord();
                fields.ChargeTo(shell.Process);
            }
            finally
            {
                fields.Release(shell.Process);
            }
            foreach (var (text, pattern) in fields.Fields)
            {
                if (pattern is null || shell.Options.NoGlob) result.Add(text);
                else await AddPathsAsync(result, text, pattern).ConfigureAwait(false);
            }
        }
        return result;
    }

    /// <summary>The text of a word that is not split: of an assignment, a redirection, a here document.</summary>
    public async Task<string> TextAsync(Word word)
    {
        if (word.Parts.Count == 0) return "";
        return (await BuildAsync(word).ConfigureAwait(false)).Text;
    }

    /// <summary>A word as a pattern, in which what was quoted stands for itself.</summary>
    public async Task<string> PatternAsync(Word word)
    {
        return (await BuildAsync(word).ConfigureAwait(false)).Pattern;
    }

    private async Task<FieldBuilder> BuildAsync(Word word)
    {
        var field = new FieldBuilder("", splits: false);
        try
        {
            await AppendAsync(field, word, nested: false).ConfigureAwait(false);
            return field;
        }
        finally
        {
            field.Release(shell.Process);
        }
    }

    private async Task AppendAsync(FieldBuilder fields, Word word, bool nested)
    {
        for (var i = 0; i < word.Parts.Count; i++)
        {
            switch (word.Parts[i])
            {
                // "$@" alone is as many fields as there are parameters, none perhaps.
                case LiteralPart { Quoted: true, Text: "" }
                    when word.Parts.Any(p => p is ParameterPart { Name: "@", Quoted: true }):
                    break;
                case LiteralPart { Quoted: true } literal:
                    fields.AppendQuoted(literal.Text);
                    break;
                case LiteralPart literal when i == 0 && literal.Text.StartsWith('~'):
                    AppendTilde(fields, literal.Text, word.Parts.Count == 1);
                    break;
                case LiteralPart literal when nested:
                    fields.AppendSplit(literal.Text);
                    break;
                case LiteralPart literal:
                    fields.AppendLiteral(literal.Text);
                    break;
                case ParameterPart parameter:
                    await AppendParameterAsync(fields, parameter).ConfigureAwait(false);
                    break;
                case CommandPart command:
                    Append(fields, await shell.SubstituteAsync(command.Body).ConfigureAwait(false), command.Quoted);
                    break;
                case ArithmeticPart arithmetic:
                    var value = Arithmetic.Evaluate(
                        await TextAsync(arithmetic.Expression).ConfigureAwait(false),
                        shell
                    );
                    Append(fields, value.ToString(CultureInfo.InvariantCulture), arithmetic.Quoted);
                    break;
            }
            if (word.Parts[i] is not LiteralPart) fields.ChargeTo(shell.Process);
        }
    }

    private void AppendTilde(FieldBuilder fields, string text, bool whole)
    {
        var end = text.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? slash : text.Length;
        var user = text[1..end];
        var home =
            user.Length == 0 && (whole || end < text.Length || text.Length == 1) ? shell.Variables["HOME"]
            : user == "root" ? "/root"
            : null;
        if (home is null)
            fields.AppendLiteral(text);
        else
        {
            fields.AppendQuoted(home);
            fields.AppendLiteral(text[end..]);
        }
    }

    private static void Append(FieldBuilder fields, string text, bool quoted)
    {
        if (quoted) fields.AppendQuoted(text);
        else fields.AppendSplit(text);
    }

    private async Task AppendParameterAsync(FieldBuilder fields, ParameterPart part)
    {
        if (
            part.Name is "@" or "*"
            && part.Operator is "" or ":-" or "-" or ":+" or "+"
            && (shell.Positional.Count > 0 || part.Operator.Length == 0)
        )
        {
            if (part.Operator is not (":+" or "+"))
            {
                AppendPositional(fields, part);
                return;
            }
        }
        var value = shell.Parameter(part.Name);
        var present = value is not null && (value.Length > 0 || !(part.Operator is [':', _, ..]));
        switch (part.Operator)
        {
            case ":-" or "-" when !present:
            case ":+" or "+" when present:
                if (part.Quoted) fields.Exist();
                await AppendAsync(fields, part.Argument!, nested: !part.Quoted).ConfigureAwait(false);
                return;
            case ":+" or "+":
                if (part.Quoted) fields.Exist();
                return;
            case ":=" or "=" when !present:
                if (!ShellParser.IsName(part.Name)) throw new ShellErrorException($"{part.Name}: bad variable name");
                value = await TextAsync(part.Argument!).ConfigureAwait(false);
                shell.Variables.Set(part.Name, value);
                break;
            case ":?" or "?" when !present:
                var message = await TextAsync(part.Argument!).ConfigureAwait(false);
                if (message.Length == 0)
                    message = part.Operator == "?" ? "parameter not set" : "parameter not set or null";
                throw new ShellErrorException($"{part.Name}: {message}");
            case "length":
                Append(
                    fields,
                    (part.Name is "@" or "*" ? shell.Positional.Count : Required(part.Name, value).Length).ToString(
                        CultureInfo.InvariantCulture
                    ),
                    part.Quoted
                );
                return;
        }
        var text = part.Operator is "" or "#" or "##" or "%" or "%%" or "/" or "//" or ":"
            ? Required(part.Name, value)
            : value ?? "";
        Append(fields, await TransformAsync(part, text).ConfigureAwait(false), part.Quoted);
    }

    private string Required(string name, string? value) =>
        value
        ?? (
            shell.Options.NoUnset && name is not ("@" or "*")
                ? throw new ShellErrorException($"{name}: parameter not set")
                : ""
        );

    private void AppendPositional(FieldBuilder fields, ParameterPart part)
    {
        if (part is { Quoted: true, Name: "*" })
        {
            var separator = shell.Variables["IFS"] is { } ifs ? ifs.Length > 0 ? ifs[..1] : "" : " ";
            fields.AppendQuoted(string.Join(separator, shell.Positional));
            return;
        }
        for (var i = 0; i < shell.Positional.Count; i++)
        {
            if (i > 0)
            {
                if (part.Quoted) fields.End();
                else fields.EndWord();
            }
            Append(fields, shell.Positional[i], part.Quoted);
        }
    }

    private async Task<string> TransformAsync(ParameterPart part, string text)
    {
        switch (part.Operator)
        {
            case "#" or "##" or "%" or "%%":
                var pattern = new ShellPattern(await PatternAsync(part.Argument!).ConfigureAwait(false));
                await shell.Process.SpendAsync(text.Length * 0.01).ConfigureAwait(false);
                var longest = part.Operator.Length == 2;
                var length =
                    part.Operator[0] == '#' ? pattern.PrefixLength(text, longest) : pattern.SuffixLength(text, longest);
                return length <= 0 ? text
                    : part.Operator[0] == '#' ? text[length..]
                    : text[..^length];
            case "/" or "//":
                return await ReplaceAsync(part, text).ConfigureAwait(false);
            case ":":
                var offset = Arithmetic.Evaluate(await TextAsync(part.Argument!).ConfigureAwait(false), shell);
                var count = part.Second is null
                    ? text.Length
                    : Arithmetic.Evaluate(await TextAsync(part.Second).ConfigureAwait(false), shell);
                if (offset < 0)
                    offset = text.Length + offset < 0 ? text.Length : text.Length + offset;
                offset = Math.Min(offset, text.Length);
                var end = count < 0 ? text.Length + count : Math.Min(text.Length, offset + count);
                return end <= offset ? "" : text[(int)offset..(int)end];
            default: return text;
        }
    }

    private async Task<string> ReplaceAsync(ParameterPart part, string text)
    {
        var wanted = await PatternAsync(part.Argument!).ConfigureAwait(false);
        var replacement = part.Second is null ? "" : await TextAsync(part.Second).ConfigureAwait(false);
        if (wanted.Length == 0) return text;
        var (start, end) = (wanted[0] == '#', wanted[0] == '%');
        var pattern = new ShellPattern(start || end ? wanted[1..] : wanted);
        if (start && part.Operator == "/")
            return pattern.PrefixLength(text, true) is >= 0 and var head ? replacement + text[head..] : text;
        if (end && part.Operator == "/")
            return pattern.SuffixLength(text, true) is >= 0 and var tail ? text[..^tail] + replacement : text;
        var result = new StringBuilder();
        var held = 0L;
        for (var i = 0; i < text.Length;)
        {
            if (result.Length * 2 > held + ChargeStep)
            {
                shell.Process.Hold(ChargeStep);
                held += ChargeStep;
            }
            var length = pattern.PrefixLength(text.AsSpan(i), longest: true);
            await shell.Process.SpendAsync(0.05 + ((text.Length - i) * 0.001)).ConfigureAwait(false);
            if (length <= 0)
            {
                result.Append(text[i++]);
                continue;
            }
            result.Append(replacement);
            i += length;
            if (part.Operator == "//") continue;
            result.Append(text, i, text.Length - i);
            break;
        }
        shell.Process.Hold(-held);
        return result.ToString();
    }

    private async Task AddPathsAsync(List<string> result, string text, string pattern)
    {
        var paths = new List<string> { pattern.StartsWith('/') ? "/" : "" };
        var parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length && paths.Count > 0; i++)
        {
            var matcher = new ShellPattern(parts[i]);
            var plain = !parts[i].AsSpan().ContainsAny('*', '?', '[');
            var found = new List<string>();
            foreach (var directory in paths)
            {
                await shell.Process.SpendAsync(10).ConfigureAwait(false);
                if (plain)
                {
                    var path = directory + parts[i].Replace("\\", "", StringComparison.Ordinal);
                    if (shell.Process.Container.Files.Status(shell.Resolve(path)) is not null) found.Add(path);
                    continue;
                }
                foreach (
                    var entry in shell.Process.Container.Files.List(
                        shell.Resolve(directory.Length == 0 ? "." : directory)
                    )
                )
                {
                    var name = ByteText.From(entry.TrimEnd('/'));
                    if (name.StartsWith('.') && !parts[i].StartsWith('.') || !matcher.IsMatch(name)) continue;
                    found.Add(directory + name);
                }
            }
            paths =
                i + 1 < parts.Length
                    ?
                    [
                        .. found
                            .Where(p => shell.Process.Container.Files.IsDirectory(shell.Resolve(p)))
                            .Select(p => p + "/"),
                    ]
                    : found;
        }
        if (pattern.EndsWith('/'))
            paths =
            [
                .. paths.Where(p => shell.Process.Container.Files.IsDirectory(shell.Resolve(p))).Select(p => p + "/"),
            ];
        if (paths.Count == 0)
            result.Add(text);
        else
            result.AddRange(paths.Order(StringComparer.Ordinal));
    }
}
