namespace Portal.Sandbox.Programs.Shell.Commands;

/// <summary>Compares two files line by line; unified output, as busybox has it.</summary>
internal sealed class DiffCommand : IShellCommand
{
    private const int MostLines = 4000, Around = 3;

    public IReadOnlyList<string> Names => ["diff", "cmp"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("uqswbiBaNrU:lL:");
        if (options.Operands.Count < 2) throw CommandOptions.Usage(context, "missing operand");
        var (left, right) = (options.Operands[0], options.Operands[1]);
        if (
            await ReadAsync(context, left).ConfigureAwait(false) is not { } a
            || await ReadAsync(context, right).ConfigureAwait(false) is not { } b
        )
            return 2;
        if (context.Name == "cmp")
            return await CompareAsync(context, options, left, right, a, b).ConfigureAwait(false);
        if (a == b)
        {
            if (options.Has('s'))
                await context.OutAsync($"Files {left} and {right} are identical\n").ConfigureAwait(false);
            return 0;
        }
        if (options.Has('q'))
        {
            await context.OutAsync($"Files {left} and {right} differ\n").ConfigureAwait(false);
            return 1;
        }
        var (old, changed) = (Lines(a), Lines(b));
        if (old.Count > MostLines || changed.Count > MostLines) throw new CommandException("files too large", 2);
        await context.SpendAsync((double)old.Count * changed.Count * 0.01).ConfigureAwait(false);
        context.Process.Hold(4L * (old.Count + 1) * (changed.Count + 1));
        await context.OutAsync($"--- {left}\n+++ {right}\n").ConfigureAwait(false);
        await HunksAsync(context, Script(old, changed)).ConfigureAwait(false);
        return 1;
    }

    private static async Task<string?> ReadAsync(CommandContext context, string path)
    {
        if (await context.OpenAsync(path).ConfigureAwait(false) is not { } input) return null;
        var text = ByteText.From(await input.ReadAllAsync().ConfigureAwait(false));
        input.Close();
        return text;
    }

    private static async Task<int> CompareAsync(
        CommandContext context,
        CommandOptions options,
        string left,
        string right,
        string a,
        string b
    )
    {
        if (a == b) return 0;
        var at = a.Zip(b).TakeWhile(p => p.First == p.Second).Count();
        if (options.Has('s'))
            return 1;
        if (at == Math.Min(a.Length, b.Length))
            await context.SayAsync($"cmp: EOF on {(a.Length < b.Length ? left : right)}\n").ConfigureAwait(false);
        else
            await context
                .OutAsync($"{left} {right} differ: char {at + 1}, line {a[..at].Count(c => c == '\n') + 1}\n")
                .ConfigureAwait(false);
        return 1;
    }

    private static List<string> Lines(string text)
    {
        var lines = text.Split('\n').Select(l => l + "\n").ToList();
        lines[^1] = lines[^1] == "\n" ? "" : lines[^1] + "\\ No newline at end of file\n";
        if (lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static List<(char Mark, string Line)> Script(List<string> a, List<string> b)
    {
        var common = new int[a.Count + 1, b.Count + 1];
        for (var i = a.Count - 1; i >= 0; i--)
        for (var j = b.Count - 1; j >= 0; j--)
            common[i, j] = a[i] == b[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        var script = new List<(char, string)>();
        for (var (i, j) = (0, 0); i < a.Count || j < b.Count;)
        {
            if (i < a.Count && j < b.Count && a[i] == b[j])
            {
                script.Add((' ', a[i++]));
                j++;
            }
            else if (i < a.Count && (j == b.Count || common[i + 1, j] >= common[i, j + 1])) script.Add(('-', a[i++]));
            else script.Add(('+', b[j++]));
        }
        return script;
    }

    private static async Task HunksAsync(CommandContext context, List<(char Mark, string Line)> script)
    {
        for (var i = 0; i < script.Count;)
        {
            var first = script.FindIndex(i, s => s.Mark != ' ');
            if (first < 0) return;
            var start = Math.Max(i, first - Around);
            var end = first;
            for (var gap = 0; end < script.Count && gap <= 2 * Around; end++)
                gap = script[end].Mark == ' ' ? gap + 1 : 0;
            while (end > first && script[end - 1].Mark == ' ')
                end--;
            end = Math.Min(script.Count, end + Around);
            var hunk = script.GetRange(start, end - start);
            string Range(char other, int before)
            {
                var count = hunk.Count(h => h.Mark != other);
                return count == 1 ? $"{before + 1}" : $"{(count == 0 ? before : before + 1)},{count}";
            }
            var (oldLines, newLines) = (
                script.Take(start).Count(s => s.Mark != '+'),
                script.Take(start).Count(s => s.Mark != '-')
            );
            await context.OutAsync($"@@ -{Range('+', oldLines)} +{Range('-', newLines)} @@\n").ConfigureAwait(false);
            foreach (var (mark, line) in hunk) await context.OutAsync(mark + line).ConfigureAwait(false);
            i = end;
        }
    }
}
