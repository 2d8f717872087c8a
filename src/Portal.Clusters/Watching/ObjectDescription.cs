using System.Collections.Immutable;

namespace Portal.Clusters.Watching;

/// <summary>What there is to tell of one object, in the order in which it is read. Immutable.</summary>
public sealed record ObjectDescription(ClusterObjectKey Key, ObjectStatus Status, DateTimeOffset? Created)
{
    /// <summary>Another as soon as something that is told here may be another.</summary>
    public required string Version { get; init; }
    public ImmutableArray<ObjectFact> Facts { get; init; } = [];
    public ImmutableArray<ConditionRow> Conditions { get; init; } = [];
    public ImmutableArray<ContainerRow> Containers { get; init; } = [];
    public ImmutableArray<ObjectFact> Labels { get; init; } = [];

    /// <summary>The objects that own this one.</summary>
    public ImmutableArray<ObjectLink> Owners { get; init; } = [];

    /// <summary>The objects that this one owns.</summary>
    public ImmutableArray<ObjectLink> Owned { get; init; } = [];

    /// <summary>Of a Service the pods it selects, of a pod the Services that select it.</summary>
    public ImmutableArray<ObjectLink> Selected { get; init; } = [];

    /// <summary>Newest first, at most 50.</summary>
    public ImmutableArray<EventRow> Events { get; init; } = [];
}

/// <param name="Good">Whether it is as it should be; null where that cannot be said.</param>
public sealed record ConditionRow(string Type, string Status, string Reason, string Message, bool? Good);

public enum ContainerRole { App, Sidecar, Init }

/// <param name="State">As kubectl describes it: Running, Waiting: CrashLoopBackOff, Terminated: Completed (0).</param>
/// <param name="CanShowPrevious">It ran before, so there is a log of that.</param>
public sealed record ContainerRow(
    string Name,
    string Image,
    ContainerRole Role,
    bool Ready,
    int Restarts,
    ObjectStatus State,
    bool CanShowPrevious
);

/// <param name="Note">An address, or how many of something; may be empty.</param>
/// <param name="There">Whether the object is watched and there, so that it can be opened.</param>
public sealed record ObjectLink(ClusterObjectKey Key, ObjectStatus Status, string Note, bool There = true);
