using System.Globalization;

namespace Portal.Sandbox.Controllers;

/// <summary>The five fields of cron (minute, hour, day of month, month, day of week) with lists, ranges, steps, names and the <c>@</c> forms.</summary>
internal sealed class CronSchedule
{
    /// <summary>A schedule without a time within this (30 February) has none.</summary>
    private static readonly TimeSpan s_horizon = TimeSpan.FromDays(5 * 366);

    private static readonly string[] s_months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] s_days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly HashSet<int> _minutes;
    private readonly HashSet<int> _hours;
    private readonly HashSet<int> _daysOfMonth;
    private readonly HashSet<int> _months;
    private readonly HashSet<int> _daysOfWeek;
    private readonly bool _anyDay;

    private CronSchedule(string[] fields)
    {
        _minutes = Values(fields[0], 0, 59, []);
        _hours = Values(fields[1], 0, 23, []);
        _daysOfMonth = Values(fields[2], 1, 31, []);
        _months = Values(fields[3], 1, 12, s_months);
        _daysOfWeek = Values(fields[4], 0, 6, s_days);
        _anyDay = fields[2][0] is '*' or '?' || fields[4][0] is '*' or '?';
    }

    /// <exception cref="FormatException">The text is not a schedule.</exception>
    public static CronSchedule Parse(string text)
    {
        text = text.Trim() switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            var given => given,
        };
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 5 ? new(fields) : throw new FormatException($"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]");
    }

    /// <summary>The first time after another, or null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var t = new DateTimeOffset(after.Year, after.Month, after.Day, after.Hour, after.Minute, 0, after.Offset).AddMinutes(1);
        for (var end = after + s_horizon; t < end;)
        {
            if (!_months.Contains(t.Month) || !IsDay(t)) t = t.AddMinutes(-t.Minute).AddHours(-t.Hour).AddDays(1);
            else if (!_hours.Contains(t.Hour)) t = t.AddMinutes(-t.Minute).AddHours(1);
            else if (!_minutes.Contains(t.Minute)) t = t.AddMinutes(1);
            else return t;
        }
        return null;
    }

    /// <summary>When both kinds of day are restricted, either is enough.</summary>
    private bool IsDay(DateTimeOffset t)
    {
        var (month, week) = (_daysOfMonth.Contains(t.Day), _daysOfWeek.Contains((int)t.DayOfWeek));
        return _anyDay ? month && week : month || week;
    }

    private static HashSet<int> Values(string field, int min, int max, string[] names)
    {
        var values = new HashSet<int>();
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var r] => (r, 1),
                [var r, var s] when int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 => (r, n),
                _ => throw new FormatException($"failed to parse field {part}"),
            };
            var (from, to) = range.Split('-') switch
            {
                ["*" or "?"] => (min, max),
                [var only] => (Value(only, min, names), part.Contains('/', StringComparison.Ordinal) ? max : Value(only, min, names)),
                [var first, var last] => (Value(first, min, names), Value(last, min, names)),
                _ => throw new FormatException($"too many hyphens: {part}"),
            };
            if (from < min) throw new FormatException($"beginning of range ({from}) below minimum ({min}): {part}");
            if (to > max) throw new FormatException($"end of range ({to}) above maximum ({max}): {part}");
            if (from > to) throw new FormatException($"beginning of range ({from}) beyond end of range ({to}): {part}");
            for (var i = from; i <= to; i += step) values.Add(i);
        }
        return values;
    }

    private static int Value(string text, int min, string[] names)
    {
        var name = Array.FindIndex(names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (name >= 0) return name + min;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : throw new FormatException($"failed to parse int from {text}");
    }
}
