using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class FoldCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["fold", "expand"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("w:sbt:i");
        var width = (int)Math.Clamp(options.Number('w', 80), 1, int.MaxValue);
        await foreach (var (_, input) in context.InputsAsync(options.Operands))
        {
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (context.Name == "expand")
                {
                    var text = new StringBuilder();
                    foreach (var c in line)
                        text.Append(c == '\t' ? new string(' ', 8 - (text.Length % 8)) : c.ToString());
                    line = text.ToString();
                }
                else
                {
                    while (line.Length > width)
                    {
                        var cut =
                            options.Has('s') && line.LastIndexOf(' ', width - 1) is > 0 and var space
                                ? space + 1
                                : width;
                        await context.OutAsync(line[..cut] + "\n").ConfigureAwait(false);
                        line = line[cut..];
                    }
                }
                await context.OutAsync(line + (input.EndedInNewline ? "\n" : "")).ConfigureAwait(false);
            }
        }
        return context.Status;
    }
}
