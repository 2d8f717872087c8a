using System.Collections.Immutable;
using Portal.Clusters.Watching;

namespace Portal.Labs.Sessions;

/// <summary>What has become of the cluster since its steps were run. Immutable.</summary>
/// <param name="SectionId">The section whose block was run last; what changes now is its.</param>
/// <param name="Steps">By the time of their first run, oldest first.</param>
public sealed record ClusterChanges(string? SectionId, ImmutableArray<StepChanges> Steps)
{
    public static ClusterChanges None { get; } = new(null, []);

    /// <summary>Those of the step that was run last.</summary>
    public StepChanges? Current => Steps.FirstOrDefault(s => s.SectionId == SectionId);
}

/// <summary>What is different from before the section's first run.</summary>
/// <param name="More">Objects that changed too, and that are not kept.</param>
public sealed record StepChanges(string SectionId, ImmutableArray<ObjectChange> Objects, int More);

public enum ObjectChangeKind { Created, Changed, Deleted }

/// <param name="Fields">What differs in a changed object, up to a limit; empty when that was too much to keep.</param>
public sealed record ObjectChange(
    ClusterObjectKey Key,
    ObjectChangeKind Kind,
    ImmutableArray<FieldChange> Fields,
    DateTimeOffset At
);
