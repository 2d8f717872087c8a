namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TailCommand : IShellCommand
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    public IReadOnlyList<string> Names => ["tail"];

    /// <summary>Options with the old form <c>-3</c> of a number.</summary>
    public static CommandOptions Parse(CommandContext context, string description)
    {
        var args = context
            .Args.Select(
                (a, i) =>
                    i == 0 && a is ['-', >= '0' and <= '9', ..] ? "-n" + a[1..]
                    : i == 0 && context.Name == "tail" && a is ['+', >= '0' and <= '9', ..] ? "-n" + a
                    : a
            )
            .ToList();
        return CommandOptions.Parse(
            new CommandContext(context.Process, [context.Name, .. args], context.Environment, context.Shell),
            description
        );
    }

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = Parse(context, "n:c:fFqvs: n=lines c=bytes f=follow");
        var bytes = options.Has('c');
        var text = options.Value(bytes ? 'c' : 'n') ?? "10";
        var count = Math.Abs(CommandOptions.ParseNumber(text.TrimStart('+')));
        var (titles, first) = (options.Has('v') || (options.Operands.Count > 1 && !options.Has('q')), true);
        var followed = new List<(string Path, InputReader Input)>();
        foreach (var path in options.Operands.Count == 0 ? ["-"] : options.Operands)
        {
            if (await context.OpenAsync(path).ConfigureAwait(false) is not { } input)
                continue;
            if (titles)
                await context
                    .OutAsync($"{(first ? "" : "\n")}==> {(path == "-" ? "standard input" : path)} <==\n")
                    .ConfigureAwait(false);
            first = false;
            if (text.StartsWith('+')) await FromAsync(context, input, count, bytes).ConfigureAwait(false);
            else if (bytes) await BytesAsync(context, input, count).ConfigureAwait(false);
            else await LinesAsync(context, input, count).ConfigureAwait(false);
            followed.Add((path, input));
        }
        if (options.Has('f') || options.Has('F')) await FollowAsync(context, followed).ConfigureAwait(false);
        foreach (var (_, input) in followed) input.Close();
        return context.Status;
    }

    private static async Task FromAsync(CommandContext context, InputReader input, long from, bool bytes)
    {
        for (var i = 1L; i < from; i++)
        {
            if (
                bytes
                    ? await input.ReadByteAsync().ConfigureAwait(false) < 0
                    : await input.ReadLineAsync().ConfigureAwait(false) is null
            )
                return;
        }
        while (await input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
            await context.WriteAsync(chunk).ConfigureAwait(false);
    }

    private static async Task LinesAsync(CommandContext context, InputReader input, long count)
    {
        var held = new Queue<string>();
        while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            await context.SpendAsync(0.1).ConfigureAwait(false);
            var text = input.EndedInNewline ? line + "\n" : line;
            context.Process.Hold(2L * text.Length + 32);
            held.Enqueue(text);
            if (held.Count > count) context.Process.Hold(-2L * held.Dequeue().Length - 32);
        }
        foreach (var line in held) await context.OutAsync(line).ConfigureAwait(false);
    }

    private static async Task BytesAsync(CommandContext context, InputReader input, long count)
    {
        var held = new Queue<byte[]>();
        var size = 0L;
        while (await input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
        {
            context.Process.Hold(chunk.Length);
            held.Enqueue(chunk.ToArray());
            size += chunk.Length;
            while (size - held.Peek().Length >= count)
            {
                size -= held.Peek().Length;
                context.Process.Hold(-held.Dequeue().Length);
                if (held.Count == 0) break;
            }
        }
        foreach (var part in held)
        {
            var skipped = (int)Math.Min(part.Length, Math.Max(0, size - count));
            size -= part.Length;
            await context.WriteAsync(part.AsMemory(skipped)).ConfigureAwait(false);
        }
    }

    /// <summary>Goes on until the process is ended: what is appended comes within a second.</summary>
    private static async Task FollowAsync(CommandContext context, List<(string Path, InputReader Input)> followed)
    {
        await context.FlushAsync().ConfigureAwait(false);
        while (true)
        {
            if (followed.TrueForAll(f => DeviceFile.Is(context.Resolve(f.Path))))
                await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, context.Token).ConfigureAwait(false);
            foreach (var (path, input) in followed)
                while (path != "-" && await input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
                    await context.WriteAsync(chunk).ConfigureAwait(false);
            await Task.Delay(s_interval, context.Time, context.Token).ConfigureAwait(false);
        }
    }
}
