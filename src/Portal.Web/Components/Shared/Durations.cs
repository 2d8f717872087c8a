using System.Globalization;

namespace Portal.Web.Components.Shared;

/// <summary>Durations as people read them.</summary>
internal static class Durations
{
    /// <summary>0.2s, 14s, 3m 05s, 2h 10m.</summary>
    public static string Short(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero) duration = TimeSpan.Zero;
        if (duration.TotalSeconds < 10) return duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + "s";
        if (duration.TotalMinutes < 1) return $"{(int)duration.TotalSeconds}s";
        if (duration.TotalHours < 1) return $"{duration.Minutes}m {duration.Seconds:00}s";
        return $"{(int)duration.TotalHours}h {duration.Minutes:00}m";
    }

    /// <summary>Age as kubectl prints it: 14s, 3m, 2h, 5d.</summary>
    public static string Age(TimeSpan age)
    {
        if (age < TimeSpan.Zero) age = TimeSpan.Zero;
        if (age.TotalMinutes < 2) return $"{(int)age.TotalSeconds}s";
        if (age.TotalHours < 2) return $"{(int)age.TotalMinutes}m";
        if (age.TotalDays < 2) return $"{(int)age.TotalHours}h";
        return $"{(int)age.TotalDays}d";
    }

    /// <summary>As exact as a board needs it, so that it seldom changes: &lt;1m, 14m, 3h, 5d.</summary>
    public static string Coarse(TimeSpan duration) =>
        duration.TotalMinutes < 1 ? "<1m"
        : duration.TotalHours < 2 ? $"{(int)duration.TotalMinutes}m"
        : duration.TotalDays < 2 ? $"{(int)duration.TotalHours}h"
        : $"{(int)duration.TotalDays}d";
}
