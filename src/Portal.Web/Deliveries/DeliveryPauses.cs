using System.Collections.Immutable;

namespace Portal.Web.Deliveries;

/// <summary>How long to wait before something is sent again that was not taken.</summary>
internal static class DeliveryPauses
{
    /// <summary>One after the other.</summary>
    public static ImmutableArray<TimeSpan> All { get; } =
    [
        TimeSpan.FromSeconds(5),
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(2),
    ];

    /// <summary>The longest that a server may ask for.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The pause after so many failures in a row, or as long as the server asks for if that is more.</summary>
    public static TimeSpan After(int failures, TimeSpan? asked)
    {
        var pause = All[Math.Clamp(failures - 1, 0, All.Length - 1)];
        return asked > pause ? TimeSpan.FromTicks(Math.Min(asked.Value.Ticks, Longest.Ticks)) : pause;
    }
}
