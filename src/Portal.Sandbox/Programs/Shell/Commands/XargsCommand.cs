using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class XargsCommand : IShellCommand
{
    private const int LongestLine = 128 * 1024;

    public IReadOnlyList<string> Names => ["xargs"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+n:I:0rtpP:L:s:E:e 0=null r=no-run-if-empty");
        var command = options.Operands.Count == 0 ? ["echo"] : options.Operands.ToList();
        var replace = options.Value('I');
        var perLine = replace is not null || options.Has('L');
        var most =
            replace is not null ? 1
            : options.Has('L') ? options.Number('L', 1)
            : options.Number('n', int.MaxValue);
        if (most < 1)
            throw new CommandException($"invalid number '{options.Value('n')}'");
        var batch = new List<string>();
        var (status, any) = (0, false);
        async Task<bool> RunAsync()
        {
            any = true;
            var argv = replace is null
                ? [.. command, .. batch]
                : command.ConvertAll(c => c.Replace(replace, batch[0], StringComparison.Ordinal));
            batch.Clear();
            if (options.Has('t')) await context.SayAsync(string.Join(' ', argv) + "\n").ConfigureAwait(false);
            var code = await context.ExecuteAsync(argv).ConfigureAwait(false);
            if (code == 255)
                await context.ErrorAsync($"{argv[0]}: exited with status 255; aborting").ConfigureAwait(false);
            if (code == 255 || code is 126 or 127)
                status = code == 255 ? 124 : code;
            else if (code != 0)
                status = 123;
            return code is not (255 or 126 or 127);
        }
        var size = 0;
        await foreach (var item in ItemsAsync(context, options.Has('0'), perLine))
        {
            if (batch.Count >= most || size + item.Length > LongestLine)
            {
                if (!await RunAsync().ConfigureAwait(false)) return status;
                size = 0;
            }
            batch.Add(item);
            size += item.Length + 1;
        }
        if (batch.Count > 0 || (!any && replace is null && !options.Has('r'))) await RunAsync().ConfigureAwait(false);
        return status;
    }

    private static async IAsyncEnumerable<string> ItemsAsync(CommandContext context, bool zeros, bool lines)
    {
        if (zeros || lines)
        {
            while (await context.Input.ReadLineAsync((byte)(zeros ? 0 : '\n')).ConfigureAwait(false) is { } line)
            {
                var text = zeros ? line : line.TrimStart(' ', '\t');
                if (text.Length > 0 || zeros) yield return text;
            }
            yield break;
        }
        var (word, quote, exists) = (new StringBuilder(), '\0', false);
        while (await context.Input.ReadByteAsync().ConfigureAwait(false) is >= 0 and var b)
        {
            var c = (char)b;
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '\'' or '"') (quote, exists) = (c, true);
            else if (c == '\\')
            {
                if (await context.Input.ReadByteAsync().ConfigureAwait(false) is >= 0 and var next)
                    word.Append((char)next);
            }
            else if (c is ' ' or '\t' or '\n')
            {
                if (exists || word.Length > 0) yield return word.ToString();
                word.Clear();
                exists = false;
            }
            else word.Append(c);
        }
        if (quote != '\0') throw new CommandException($"unmatched {(quote == '"' ? "double" : "single")} quote");
        if (exists || word.Length > 0) yield return word.ToString();
    }
}
