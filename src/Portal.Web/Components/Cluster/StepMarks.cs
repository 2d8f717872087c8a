using System.Collections.Immutable;
using Portal.Clusters.Watching;
using Portal.Labs.Sessions;

namespace Portal.Web.Components.Cluster;

/// <summary>
/// Which rows the step that was run last has changed. Made anew only when the changes are others, so that it can be
/// compared by reference. Immutable.
/// </summary>
public sealed class StepMarks
{
    private readonly ImmutableDictionary<ClusterObjectKey, ObjectChange> _changes;

    private StepMarks(ImmutableDictionary<ClusterObjectKey, ObjectChange> changes) => _changes = changes;

    public static StepMarks None { get; } = new(ImmutableDictionary<ClusterObjectKey, ObjectChange>.Empty);

    public static StepMarks Of(StepChanges? step) =>
        step is null || step.Objects.IsEmpty ? None : new(step.Objects.ToImmutableDictionary(c => c.Key));

    public string CssOf(ClusterObjectKey key) => _changes.ContainsKey(key) ? "by-step" : "";

    /// <summary>The row's tooltip, and below it what the step did.</summary>
    public string TitleOf(ClusterObjectKey key, string title)
    {
        if (!_changes.TryGetValue(key, out var change)) return title;
        var head = $"{title}\n{StatusLook.Of(change.Kind).Word} in this step";
        return change.Fields.IsEmpty ? head : $"{head}:\n{string.Join('\n', change.Fields.Select(StatusLook.Words))}";
    }

    /// <summary>The word for it, or null.</summary>
    public string? WordOf(ClusterObjectKey key) =>
        _changes.TryGetValue(key, out var change) ? StatusLook.Of(change.Kind).Word : null;
}
