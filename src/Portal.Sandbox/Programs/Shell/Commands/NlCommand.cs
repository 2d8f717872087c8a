using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class NlCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["nl"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("b:s:w:v:i:");
        var (separator, width, number, step, all) = (
            options.Value('s') ?? "\t",
            (int)Math.Clamp(options.Number('w', 6), 1, 100),
            options.Number('v', 1),
            options.Number('i', 1),
            options.Value('b') == "a"
        );
        await foreach (var (_, input) in context.InputsAsync(options.Operands))
        {
            while (await input.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (line.Length == 0 && !all)
                {
                    await context.OutAsync(new string(' ', width + separator.Length) + "\n").ConfigureAwait(false);
                    continue;
                }
                await context
                    .OutAsync($"{number.ToString(CultureInfo.InvariantCulture).PadLeft(width)}{separator}{line}\n")
                    .ConfigureAwait(false);
                number += step;
            }
        }
        return context.Status;
    }
}
