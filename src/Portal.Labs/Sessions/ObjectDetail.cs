using Portal.Clusters.Watching;

namespace Portal.Labs.Sessions;

/// <summary>One object of the cluster at one moment.</summary>
/// <param name="Description">Null when it was never there.</param>
/// <param name="Yaml">What somebody has written of it: without status and the cluster's bookkeeping.</param>
/// <param name="Before">The same from before the step that was run last, when that changed it; else null.</param>
/// <param name="Gone">It is not there any more; the rest is what was known last.</param>
public sealed record ObjectDetail(ObjectDescription? Description, string Yaml, string? Before, bool Gone);
