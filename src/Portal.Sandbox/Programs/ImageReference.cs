using System.Text.RegularExpressions;

namespace Portal.Sandbox.Programs;

/// <summary>Names of images as a container runtime reads them.</summary>
internal static partial class ImageReference
{
    /// <summary>The full name: registry, repository and tag. <c>nginx</c> is <c>docker.io/library/nginx:latest</c>.</summary>
    public static string Normalize(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? "" : image[..slash];
        var name = slash < 0 ? "docker.io/library/" + image : host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal) || host == "localhost" ? image : "docker.io/" + image;
        return Tag(name) is null && !name.Contains('@', StringComparison.Ordinal) ? name + ":latest" : name;
    }

    /// <summary>
    /// Whether a tag looks like one that its publisher could have made: a registry cannot be asked, but a made-up tag must
    /// fail as it does elsewhere.
    /// </summary>
    public static bool HasPlausibleTag(string image) => image.Contains('@', StringComparison.Ordinal) || Tag(image) is not { } tag || PublishedTag().IsMatch(tag);

    private static string? Tag(string image)
    {
        var at = image.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? image : image[..at];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[(colon + 1)..] : null;
    }

    [GeneratedRegex(@"^(v?\d{1,4}(\.\d{1,2}){0,3}([-_.]?[a-z][\w.-]*)?|(latest|stable|mainline|release|edge|slim|alpine|musl|glibc|uclibc|debian|bookworm|bullseye|trixie|jammy|noble|focal|perl|curl|main|master|nightly|default|management)([-_.][\w.-]+)?)$")]
    private static partial Regex PublishedTag();
}
