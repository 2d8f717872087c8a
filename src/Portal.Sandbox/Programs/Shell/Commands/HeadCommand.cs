namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class HeadCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["head"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = TailCommand.Parse(context, "n:c:qv n=lines c=bytes");
        var bytes = options.Has('c');
        var count = options.Number(bytes ? 'c' : 'n', 10);
        var (titles, first) = (options.Has('v') || (options.Operands.Count > 1 && !options.Has('q')), true);
        await foreach (var (path, input) in context.InputsAsync(options.Operands))
        {
            if (titles)
                await context
                    .OutAsync($"{(first ? "" : "\n")}==> {(path == "-" ? "standard input" : path)} <==\n")
                    .ConfigureAwait(false);
            first = false;
            if (bytes)
                await BytesAsync(context, input, count).ConfigureAwait(false);
            else if (count < 0)
                await AllButAsync(context, input, -count).ConfigureAwait(false);
            else
                for (var i = 0L; i < count && await input.ReadLineAsync().ConfigureAwait(false) is { } line; i++)
                    await context.OutAsync(input.EndedInNewline ? line + "\n" : line).ConfigureAwait(false);
        }
        return context.Status;
    }

    private static async Task BytesAsync(CommandContext context, InputReader input, long count)
    {
        while (count > 0 && await input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
        {
            var part = chunk[..(int)Math.Min(count, chunk.Length)];
            count -= part.Length;
            await context.WriteAsync(part).ConfigureAwait(false);
        }
    }

    private static async Task AllButAsync(CommandContext context, InputReader input, long count)
    {
        var held = new Queue<string>();
        while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            context.Process.Hold(2L * line.Length + 32);
            held.Enqueue(input.EndedInNewline ? line + "\n" : line);
            if (held.Count <= count) continue;
            var oldest = held.Dequeue();
            context.Process.Hold(-2L * (oldest.Length - 1) - 32);
            await context.OutAsync(oldest).ConfigureAwait(false);
        }
    }
}
