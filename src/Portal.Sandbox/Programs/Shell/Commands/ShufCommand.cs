using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class ShufCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["shuf"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("n:i:e");
        var lines = new List<string>();
        if (options.Value('i') is { } range)
        {
            var ends = range.Split('-', 2);
            var (from, to) = (CommandOptions.ParseNumber(ends[0]), CommandOptions.ParseNumber(ends[^1]));
            if (to - from > 1_000_000) throw new CommandException("range too large");
            for (var n = from; n <= to; n++) lines.Add(n.ToString(CultureInfo.InvariantCulture));
        }
        else if (options.Has('e')) lines.AddRange(options.Operands);
        else
        {
            await foreach (var (_, input) in context.InputsAsync(options.Operands))
                while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
                {
                    context.Process.Hold(2L * line.Length + 32);
                    lines.Add(line);
                }
        }
        var all = lines.ToArray();
        Random.Shared.Shuffle(all);
        foreach (var line in all.Take((int)Math.Clamp(options.Number('n', int.MaxValue), 0, int.MaxValue)))
            await context.OutAsync(line + "\n").ConfigureAwait(false);
        return context.Status;
    }
}
