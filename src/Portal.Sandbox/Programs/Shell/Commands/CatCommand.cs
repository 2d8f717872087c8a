using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class CatCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["cat"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("nbevtAu");
        var number = 0;
        await foreach (var (_, input) in context.InputsAsync(options.Operands))
        {
            if (options.All.Count == 0 || options.Has('u') && options.All.Count == 1)
            {
                while (await input.ReadAsync().ConfigureAwait(false) is { Length: > 0 } chunk)
                    await context.WriteAsync(chunk).ConfigureAwait(false);
                continue;
            }
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                var numbered = options.Has('b') ? line.Length > 0 : options.Has('n');
                if (options.Has('A') || options.Has('e') || options.Has('v') || options.Has('t'))
                    line = Visible(line, options.Has('A') || options.Has('t'));
                await context
                    .OutAsync(
                        (numbered ? $"{++number, 6}\t" : "")
                            + line
                            + (options.Has('A') || options.Has('e') ? "$" : "")
                            + (input.EndedInNewline || options.Has('n') || options.Has('b') ? "\n" : "")
                    )
                    .ConfigureAwait(false);
            }
        }
        return context.Status;
    }

    private static string Visible(string line, bool tabs)
    {
        var text = new StringBuilder();
        foreach (var c in line)
        {
            var low = (char)(c & 127);
            if (c > 127) text.Append("M-");
            if (low == '\t' && (c > 127 || !tabs)) text.Append('\t');
            else if (low < ' ') text.Append('^').Append((char)(low + 64));
            else if (low == 127) text.Append("^?");
            else text.Append(low);
        }
        return text.ToString();
    }
}
