using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components;

namespace Portal.Web.Components.Shared;

/// <summary>
/// Icons as plain markup, looking as <c>MudIcon</c> does. A lesson's page has hundreds: as components they were most of
/// its memory, and were rendered again with everything around them. Each icon is made once. Thread-safe.
/// </summary>
public static class Svg
{
    private static readonly ConcurrentDictionary<(string Icon, string Css), MarkupString> s_made = new();

    /// <summary>As tall as the text beside it.</summary>
    /// <param name="icon">One of <c>MudBlazor.Icons</c>.</param>
    public static MarkupString Small(string icon) => Make(icon, "mud-icon-size-small");

    /// <summary>Above the words that say that there is nothing.</summary>
    public static MarkupString Empty(string icon) => Make(icon, "mud-icon-size-medium empty-icon");

    private static MarkupString Make(string icon, string css) =>
        s_made.GetOrAdd(
            (icon, css),
            static key => new MarkupString(
                $"""<svg class="mud-icon-root mud-svg-icon {key.Css}" viewBox="0 0 24 24" aria-hidden="true">{key.Icon}</svg>"""
            )
        );
}
