using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Programs.Shell.Commands;

internal sealed class DateCommand : IShellCommand
{
    public IReadOnlyList<string> Names => ["date"];

    public async Task<int> RunAsync(CommandContext context)
    {
        var options = CommandOptions.Parse(
            new CommandContext(
                context.Process,
                ["date", .. context.Args.Select(a => a == "-I" ? "-Idate" : a)],
                context.Environment,
                context.Shell
            ),
            "ud:I:Rr: u=utc d=date"
        );
        var now = context.Time.GetUtcNow();
        if (options.Value('d') is { } text)
            now = Parse(text, now) ?? throw new CommandException($"invalid date '{text}'");
        if (options.Value('r') is { } file)
            now = context.FileStatus(file)?.Modified ?? throw new CommandException($"{file}: {ContainerFiles.Missing}");
        var format =
            options.Operands.FirstOrDefault(o => o.StartsWith('+'))?[1..]
            ?? (
                options.Value('I') is { } precision
                    ? precision switch
                    {
                        "seconds" => "%Y-%m-%dT%H:%M:%S+0000",
                        "minutes" => "%Y-%m-%dT%H:%M+0000",
                        "hours" => "%Y-%m-%dT%H+0000",
                        _ => "%Y-%m-%d",
                    }
                : options.Has('R') ? "%a, %d %b %Y %H:%M:%S +0000"
                : "%a %b %e %H:%M:%S UTC %Y"
            );
        await context.OutAsync(Format(format, now.UtcDateTime) + "\n").ConfigureAwait(false);
        return 0;
    }

    private static DateTimeOffset? Parse(string text, DateTimeOffset now)
    {
        if (text == "now")
            return now;
        if (text.StartsWith('@'))
            return
                long.TryParse(
                    text.AsSpan(1),
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var seconds
                )
                && Math.Abs(seconds) < 200_000_000_000
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : null;
        return DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var value
        )
            ? value
            : null;
    }

    public static string Format(string format, DateTime time)
    {
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }
            string Net(string pattern) => time.ToString(pattern, CultureInfo.InvariantCulture);
            var c = format[++i];
            result.Append(
                c switch
                {
                    'Y' => Net("yyyy"),
                    'y' => Net("yy"),
                    'm' => Net("MM"),
                    'd' => Net("dd"),
                    'H' => Net("HH"),
                    'I' => Net("hh"),
                    'M' => Net("mm"),
                    'S' => Net("ss"),
                    'N' => Net("fffffff") + "00",
                    'p' => Net("tt").ToUpperInvariant(),
                    'a' => Net("ddd"),
                    'A' => Net("dddd"),
                    'b' or 'h' => Net("MMM"),
                    'B' => Net("MMMM"),
                    'e' => $"{time.Day, 2}",
                    'j' => $"{time.DayOfYear:000}",
                    'F' => Net("yyyy-MM-dd"),
                    'T' => Net("HH:mm:ss"),
                    'R' => Net("HH:mm"),
                    'D' => Net("MM'/'dd'/'yy"),
                    's' => new DateTimeOffset(time, TimeSpan.Zero)
                        .ToUnixTimeSeconds()
                        .ToString(CultureInfo.InvariantCulture),
                    'Z' => "UTC",
                    'z' => "+0000",
                    'u' => (time.DayOfWeek == 0 ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
                    'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
                    'c' => Net("ddd MMM ") + $"{time.Day, 2}" + Net(" HH:mm:ss yyyy"),
                    'x' => Net("MM'/'dd'/'yy"),
                    'X' => Net("HH:mm:ss"),
                    'k' => $"{time.Hour, 2}",
                    'l' => $"{(time.Hour + 11) % 12 + 1, 2}",
                    'n' => "\n",
                    't' => "\t",
                    '%' => "%",
                    _ => "%" + c,
                }
            );
        }
        return result.ToString();
    }
}
