using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Portal.Content.Model;

/// <summary>The files beside a lesson that commands name.</summary>
internal static partial class FileArguments
{
    /// <summary>Paths below <c>manifests/</c> or <c>solutions/</c> in a line, in order.</summary>
    public static IEnumerable<string> Find(string line) => Argument().Matches(line).Select(m => m.Groups[1].Value);

    /// <summary>Those of a block that a learner may read before running it.</summary>
    public static ImmutableArray<string> Manifests(string code) =>
    [
        .. Find(code)
            .Select(f => f.StartsWith("./", StringComparison.Ordinal) ? f[2..] : f)
            .Where(f => f.StartsWith("manifests/", StringComparison.Ordinal))
            .Where(f => !f.Contains("..", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal),
    ];

    [GeneratedRegex(@"(?:^|\s)(?:-f\s*|--filename[= ])((?:\./)?(?:manifests|solutions)/[\w./-]+)")]
    private static partial Regex Argument();
}
