namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TrCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["tr"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+dscC");
        var (deletes, squeezes) = (options.Has('d'), options.Has('s'));
        if (options.Operands.Count == 0 || (options.Operands.Count == 1 && !deletes && !squeezes))
            throw CommandOptions.Usage(context, "missing operand");
        var first = Expand(options.Operands[0]);
        if (options.Has('c') || options.Has('C'))
            first = [.. Enumerable.Range(0, 256).Select(i => (byte)i).Where(b => !first.Contains(b))];
        var second = options.Operands.Count > 1 ? Expand(options.Operands[1]) : [];
        var map = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        if (!deletes && second.Count > 0)
            for (var i = 0; i < first.Count; i++)
                map[first[i]] = second[Math.Min(i, second.Count - 1)];
        var (removed, squeezed) = (new bool[256], new bool[256]);
        if (deletes) foreach (var b in first) removed[b] = true;
        if (squeezes) foreach (var b in second.Count > 0 ? second : first) squeezed[b] = true;
        var last = -1;
        while (await context.Input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
        {
            var result = new byte[chunk.Length];
            var count = 0;
            foreach (var b in chunk.Span)
            {
                if (removed[b]) continue;
                var mapped = map[b];
                if (squeezed[mapped] && mapped == last) continue;
                last = result[count++] = mapped;
            }
            if (count > 0) await context.WriteAsync(result.AsMemory(0, count)).ConfigureAwait(false);
        }
        return 0;
    }

    private static List<byte> Expand(string text)
    {
        var result = new List<byte>();
        for (var i = 0; i < text.Length;)
        {
            if (
                text[i] == '['
                && i + 1 < text.Length
                && text[i + 1] == ':'
                && text.IndexOf(":]", i, StringComparison.Ordinal) is > 0 and var close
                && CharacterSet.Class(text[(i + 2)..close]) is { } members
            )
            {
                for (var c = 0; c < 256; c++) if (members((char)c)) result.Add((byte)c);
                i = close + 2;
                continue;
            }
            var from = Character(text, ref i);
            if (i + 1 < text.Length && text[i] == '-')
            {
                i++;
                var to = Character(text, ref i);
                for (int c = from; c <= to; c++) result.Add((byte)c);
            }
            else result.Add(from);
        }
        return result;
    }

    private static byte Character(string text, ref int i)
    {
        if (text[i] != '\\' || i + 1 == text.Length) return (byte)text[i++];
        var length = 2;
        while (
            length < 4
            && text[i + 1] is >= '0' and <= '7'
            && i + length < text.Length
            && text[i + length] is >= '0' and <= '7'
        )
            length++;
        var value = Escapes.Expand(text.Substring(i, length), Escapes.Style.Printf, out _);
        i += length;
        return (byte)value[^1];
    }
}
