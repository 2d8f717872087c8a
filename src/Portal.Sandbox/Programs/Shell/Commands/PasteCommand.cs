using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class PasteCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["paste"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("d:s");
        var delimiters = Escapes.Expand(
            options.Value('d') is { Length: > 0 } d ? d : "\t",
            Escapes.Style.Printf,
            out _
        );
        var inputs = new List<InputReader?>();
        foreach (var path in options.Operands.Count == 0 ? ["-"] : options.Operands)
        {
            if (path == "-") inputs.Add(context.Input);
            else if (await context.OpenAsync(path).ConfigureAwait(false) is { } input) inputs.Add(input);
        }
        if (options.Has('s'))
        {
            foreach (var input in inputs)
            {
                for (var i = 0; await input!.ReadLineAsync().ConfigureAwait(false) is { } line; i++)
                    await context
                        .OutAsync((i > 0 ? delimiters[(i - 1) % delimiters.Length].ToString() : "") + line)
                        .ConfigureAwait(false);
                await context.OutAsync("\n").ConfigureAwait(false);
            }
            return context.Status;
        }
        while (true)
        {
            var (text, any) = (new StringBuilder(), false);
            for (var i = 0; i < inputs.Count; i++)
            {
                if (i > 0) text.Append(delimiters[(i - 1) % delimiters.Length]);
                if (await inputs[i]!.ReadLineAsync().ConfigureAwait(false) is not { } line) continue;
                any = true;
                text.Append(line);
            }
            if (!any) return context.Status;
            await context.OutAsync(text.Append('\n').ToString()).ConfigureAwait(false);
        }
    }
}
