using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ReadCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["read"];

    public CommandKind Kind => CommandKind.Builtin;

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+rsp:n:t:d:u:");
        var shell = context.Shell!;
        var names = options.Operands.Count > 0 ? options.Operands : ["REPLY"];
        foreach (var name in names)
            if (!ShellParser.IsName(name))
                throw new CommandException($"'{name}': bad variable name", 2);
        if (options.Value('p') is { } prompt)
            await context.SayAsync(prompt).ConfigureAwait(false);
        var (text, escaped, complete) = await LineAsync(context, options).ConfigureAwait(false);
        Assign(shell, names, text, escaped, options.Operands.Count == 0);
        return complete ? 0 : 1;
    }

    private static async Task<(string Text, HashSet<int> Escaped, bool Complete)> LineAsync(
        CommandContext context,
        CommandOptions options
    )
    {
        var number = int.TryParse(options.Value('u'), out var fd) ? fd : 0;
        var file = context.Process.Files[number] ?? throw new CommandException("Bad file descriptor");
        var (raw, most) = (options.Has('r'), options.Has('n') ? options.Number('n', 0) : long.MaxValue);
        var end = options.Value('d') is { } delimiter ? delimiter.Length > 0 ? delimiter[0] : '\0' : '\n';
        var (text, escaped, one) = (new StringBuilder(), new HashSet<int>(), new byte[1]);
        using var timeout =
            options.Value('t') is { } seconds && double.TryParse(seconds, CultureInfo.InvariantCulture, out var limit)
                ? new CancellationTokenSource(TimeSpan.FromSeconds(Math.Clamp(limit, 0.001, 86400)), context.Time)
                : null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.Token, timeout?.Token ?? default);
        var backslash = false;
        try
        {
            while (text.Length < most)
            {
                await context.SpendAsync(0.1).ConfigureAwait(false);
                // One byte at a time: what follows belongs to whoever reads next.
                if (await file.ReadAsync(one, either.Token).ConfigureAwait(false) == 0)
                    return (text.ToString(), escaped, false);
                var c = (char)one[0];
                if (backslash)
                {
                    backslash = false;
                    if (c == '\n') continue;
                    escaped.Add(text.Length);
                }
                else if (c == '\\' && !raw)
                {
                    backslash = true;
                    continue;
                }
                else if (c == end) break;
                if (c != '\0') text.Append(c);
                if (text.Length % 1024 == 0) context.Process.Hold(2048);
            }
        }
        catch (OperationCanceledException)
            when (timeout is { IsCancellationRequested: true } && !context.Token.IsCancellationRequested)
        {
            return (text.ToString(), escaped, false);
        }
        return (text.ToString(), escaped, true);
    }

    private static void Assign(
        ShellInterpreter shell,
        IReadOnlyList<string> names,
        string text,
        HashSet<int> escaped,
        bool whole
    )
    {
        var separators = shell.Variables["IFS"] ?? " \t\n";
        bool IsSeparator(int at) => !escaped.Contains(at) && separators.Contains(text[at], StringComparison.Ordinal);
        bool IsBlank(int at) => IsSeparator(at) && text[at] is ' ' or '\t' or '\n';
        if (whole)
        {
            shell.Variables.Set(names[0], text);
            return;
        }
        var i = 0;
        while (i < text.Length && IsBlank(i)) i++;
        for (var n = 0; n < names.Count; n++)
        {
            if (n == names.Count - 1)
            {
                var end = text.Length;
                while (end > i && IsBlank(end - 1)) end--;
                // One separator at the end goes too when it ends the only field.
                if (end > i && IsSeparator(end - 1) && !Enumerable.Range(i, end - 1 - i).Any(IsSeparator)) end--;
                shell.Variables.Set(names[n], text[i..end]);
                return;
            }
            var start = i;
            while (i < text.Length && !IsSeparator(i)) i++;
            shell.Variables.Set(names[n], text[start..i]);
            while (i < text.Length && IsBlank(i)) i++;
            if (i < text.Length && IsSeparator(i))
            {
                i++;
                while (i < text.Length && IsBlank(i)) i++;
            }
        }
    }
}
