using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class TimeCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["time"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = context.Options("+pv");
        if (options.Operands.Count == 0) return 0;
        var start = context.Time.GetTimestamp();
        var status = await context.ExecuteAsync(options.Operands).ConfigureAwait(false);
        var elapsed = context.Time.GetElapsedTime(start);
        await context
            .SayAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"real\t{(int)elapsed.TotalMinutes}m {elapsed.TotalSeconds % 60:0.00}s\n"
                        + $"user\t0m 0.00s\nsys\t0m 0.00s\n"
                )
            )
            .ConfigureAwait(false);
        return status;
    }
}
