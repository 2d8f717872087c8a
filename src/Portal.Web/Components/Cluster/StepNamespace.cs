using System.Text.RegularExpressions;
using Portal.Content.Model;

namespace Portal.Web.Components.Cluster;

/// <summary>The namespace in which a step works, as its commands say.</summary>
internal static partial class StepNamespace
{
    /// <summary>The one that its commands name most often; null when they name none.</summary>
    public static string? Of(Section section)
    {
        var blocks = section.Blocks.Where(b => b is { Runnable: true, InSolution: false });
        var code = string.Join('\n', blocks.Select(b => b.Code));
        return Named()
            .Matches(code)
            .GroupBy(m => m.Groups["name"].Success ? m.Groups["name"].Value : MeshNamespace, StringComparer.Ordinal)
            .MaxBy(g => g.Count())
            ?.Key;
    }

    private const string MeshNamespace = "istio-system";

    [GeneratedRegex(
        @"(?:\s-n|\s--namespace)(?:\s+|=)(?<name>[a-z0-9][a-z0-9-]*)|\bistioctl\s+install\b",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        1000
    )]
    private static partial Regex Named();
}
