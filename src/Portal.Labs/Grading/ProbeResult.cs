using System.Collections.Immutable;
using Portal.Clusters.Watching;

namespace Portal.Labs.Grading;

/// <summary>What a probe found, in words for the learner.</summary>
/// <param name="Where">The object and path, or the address, that was looked at.</param>
internal sealed record ProbeResult(bool Holds, string Expected, string Found, string Where)
{
    public ImmutableArray<string> Log { get; init; } = [];

    /// <summary>What the result rests on.</summary>
    public ImmutableArray<ClusterObject> Objects { get; init; } = [];

    public static ProbeResult Passed(string expected, string where) => new(true, expected, expected, where);

    public static ProbeResult Failed(string expected, string found, string where) => new(false, expected, found, where);
}
