using System.Globalization;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class SleepCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["sleep", "usleep"];

    public async Task<int> RunAsync(CommandContext context)
    {
        if (context.Args.Count == 0) throw CommandOptions.Usage(context, "missing operand");
        var seconds = 0d;
        foreach (var arg in context.Args)
            seconds += Seconds(arg) ?? throw new CommandException($"invalid number '{arg}'");
        if (context.Name == "usleep") seconds /= 1e6;
        // Timers have a limit of weeks; a container that sleeps for years is woken in between.
        for (var most = TimeSpan.FromDays(20).TotalSeconds; seconds > 0; seconds -= most)
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(seconds, most)), context.Time, context.Token)
                .ConfigureAwait(false);
        return 0;
    }

    /// <summary>A length of time with a unit; null for none.</summary>
    public static double? Seconds(string text)
    {
        if (text is "infinity" or "inf")
            return TimeSpan.FromDays(36500).TotalSeconds;
        if (text.Length == 0)
            return null;
        var (number, factor) = text[^1] switch
        {
            's' => (text[..^1], 1),
            'm' => (text[..^1], 60),
            'h' => (text[..^1], 3600),
            'd' => (text[..^1], 86400),
            _ => (text, 1),
        };
        if (
            number.EndsWith('m')
            && factor == 1
            && double.TryParse(
                number[..^1],
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var milliseconds
            )
        )
            return milliseconds / 1000;
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? Math.Min(value * factor, 1e10)
            : null;
    }
}
