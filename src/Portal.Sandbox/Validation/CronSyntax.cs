using System.Globalization;

namespace Portal.Sandbox.Validation;

/// <summary>What is wrong with a cron schedule, in the words of the parser that Kubernetes uses (robfig/cron).</summary>
internal static class CronSyntax
{
    private static readonly string[] s_descriptors = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    private static readonly string[] s_months = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] s_days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly (int Min, int Max, string[]? Names)[] s_bounds = [(0, 59, null), (0, 23, null), (1, 31, null), (1, 12, s_months), (0, 6, s_days)];

    /// <summary>Null for a valid schedule.</summary>
    public static string? Problem(string schedule)
    {
        if (schedule.StartsWith("TZ=", StringComparison.Ordinal) || schedule.StartsWith("CRON_TZ=", StringComparison.Ordinal)) schedule = schedule[(schedule.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim();
        if (schedule.StartsWith('@'))
        {
            if (s_descriptors.Contains(schedule)) return null;
            return schedule.StartsWith("@every ", StringComparison.Ordinal) ? null : $"unrecognized descriptor: {schedule}";
        }
        var fields = schedule.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5) return string.Create(CultureInfo.InvariantCulture, $"expected exactly 5 fields, found {fields.Length}: [{string.Join(' ', fields)}]");
        for (var i = 0; i < fields.Length; i++)
        {
            foreach (var expression in fields[i].Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                if (Range(expression, s_bounds[i]) is { } problem) return problem;
            }
        }
        return null;
    }

    private static string? Range(string expression, (int Min, int Max, string[]? Names) bounds)
    {
        var rangeAndStep = expression.Split('/');
        var lowAndHigh = rangeAndStep[0].Split('-');
        var single = lowAndHigh.Length == 1;
        int start, end, step = 1;
        if (lowAndHigh[0] is "*" or "?") (start, end) = (bounds.Min, bounds.Max);
        else
        {
            if (Number(lowAndHigh[0], bounds.Names, out start) is { } low) return low;
            end = start;
            if (lowAndHigh.Length > 2) return $"too many hyphens: {expression}";
            if (!single && Number(lowAndHigh[1], bounds.Names, out end) is { } high) return high;
        }
        if (rangeAndStep.Length > 2) return $"too many slashes: {expression}";
        if (rangeAndStep.Length == 2)
        {
            if (Number(rangeAndStep[1], null, out step) is { } bad) return bad;
            if (single) end = bounds.Max;
        }
        if (start < bounds.Min) return $"beginning of range ({start}) below minimum ({bounds.Min}): {expression}";
        if (end > bounds.Max) return $"end of range ({end}) above maximum ({bounds.Max}): {expression}";
        if (start > end) return $"beginning of range ({start}) beyond end of range ({end}): {expression}";
        return step == 0 ? $"step of range should be a positive number: {expression}" : null;
    }

    private static string? Number(string text, string[]? names, out int value)
    {
        if (names is not null && text.Length > 0 && (value = Array.IndexOf(names, text.ToLowerInvariant())) >= 0) return null;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)) return $"failed to parse int from {text}: strconv.Atoi: parsing \"{text}\": invalid syntax";
        return value < 0 ? $"negative number ({value}) not allowed: {text}" : null;
    }
}
