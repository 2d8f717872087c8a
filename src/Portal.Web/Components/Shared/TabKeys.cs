using System.Collections.Immutable;

namespace Portal.Web.Components.Shared;

/// <summary>Tabs as the pattern of ARIA wants them: one stop for Tab, and the arrow keys choose.</summary>
internal static class TabKeys
{
    /// <returns>The tab that a key leads to; null when it leads nowhere.</returns>
    public static T? Next<T>(ImmutableArray<T> tabs, T current, string key)
        where T : struct
    {
        var at = tabs.IndexOf(current);
        var next = key switch
        {
            "ArrowRight" => (at + 1) % tabs.Length,
            "ArrowLeft" => (at + tabs.Length - 1) % tabs.Length,
            "Home" => 0,
            "End" => tabs.Length - 1,
            _ => at,
        };
        return next == at ? null : tabs[next];
    }
}
