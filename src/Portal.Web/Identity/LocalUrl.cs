using Microsoft.AspNetCore.Http.HttpResults;

namespace Portal.Web.Identity;

/// <summary>Where a form may lead afterwards.</summary>
internal static class LocalUrl
{
    /// <summary>
    /// <paramref name="url"/> when it is a path of this portal as every browser reads it, else the start page.
    /// </summary>
    public static string Of(string? url) =>
        url is ['/', ..] && !url.Contains('\\', StringComparison.Ordinal) && RedirectHttpResult.IsLocalUrl(url)
            ? url
            : "/";
}
