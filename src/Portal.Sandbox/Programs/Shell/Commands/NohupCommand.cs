using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class NohupCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["nohup", "setsid", "nice", "ionice", "busybox", "watch"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+n:t");
        if (options.Operands.Count == 0)
            throw CommandOptions.Usage(context, "missing command");
        if (context.Name != "watch")
            return await context.ExecuteAsync(options.Operands).ConfigureAwait(false);
        var interval = TimeSpan.FromSeconds(
            Math.Clamp(
                double.TryParse(options.Value('n'), CultureInfo.InvariantCulture, out var seconds) ? seconds : 2,
                0.1,
                86400
            )
        );
        while (true)
        {
            await context
                .OutAsync(
                    $"\u001b[H\u001b[JEvery {interval.TotalSeconds:0.0}s: {string.Join(' ', options.Operands)}\n\n"
                )
                .ConfigureAwait(false);
            await context.ExecuteAsync(["sh", "-c", string.Join(' ', options.Operands)]).ConfigureAwait(false);
            await Task.Delay(interval, context.Time, context.Token).ConfigureAwait(false);
        }
    }
}
