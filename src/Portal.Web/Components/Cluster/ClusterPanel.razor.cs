using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Portal.Clusters.Watching;
using Portal.Content.Model;
using Portal.Labs.Sessions;
using Portal.Web.Components.Lessons;
using Portal.Web.Components.Shared;

namespace Portal.Web.Components.Cluster;

/// <summary>What the cluster holds, live: one namespace or all, filtered by name.</summary>
public sealed partial class ClusterPanel
{
    private readonly ChangeTracker<ClusterObjectKey> _changes = new();
    private readonly RowOpeners _openers;
    private ClusterSummary? _seen;
    private string _namespace = "";
    private string _filter = "";
    private bool _follows = true;

    /// <summary>The object whose drawer is open.</summary>
    private ClusterObjectKey? _opened;
    private ClusterChanges _stepChanges = ClusterChanges.None;
    private StepMarks _marks = StepMarks.None;

    private ImmutableArray<WorkloadRow> _workloads = [];
    private ImmutableArray<PodRow> _pods = [];
    private ImmutableArray<ServiceRow> _services = [];
    private ImmutableArray<GatewayRow> _gateways = [];
    private ImmutableArray<VirtualServiceRow> _virtualServices = [];
    private ImmutableArray<DestinationRuleRow> _destinationRules = [];
    private ImmutableArray<PeerAuthenticationRow> _peerAuthentications = [];
    private ImmutableArray<ObjectRow> _meshPolicies = [];
    private ImmutableArray<ObjectRow> _others = [];
    private ImmutableArray<EventRow> _events = [];

    private string NothingHere
    {
        get
        {
            if (_filter.Length > 0) return $"Nothing is called “{_filter}” here";
            return _namespace.Length > 0 ? $"Nothing in “{_namespace}” yet" : "The cluster is empty";
        }
    }

    public ClusterPanel() => _openers = new(Open);

    [CascadingParameter]
    public required LessonActions Actions { get; set; }

    [Parameter]
    public SessionSnapshot? Snapshot { get; set; }

    /// <summary>Why there is nothing to show yet.</summary>
    [Parameter]
    public string NotYet { get; set; } = "Connecting to your session…";

    /// <summary>Namespace of the lesson; the learner may choose another, and a step may work in another.</summary>
    [Parameter]
    public string? InitialNamespace { get; set; }

    /// <summary>The lesson's, to follow the one that was run last.</summary>
    [Parameter]
    public ImmutableArray<Section> Sections { get; set; } = [];

    protected override IEnumerable<object?> Shown =>
        [Snapshot is null ? NotYet : null, Snapshot?.Cluster, Summary, InitialNamespace, Snapshot?.Changes];

    private ClusterSummary Summary => Snapshot?.Summary ?? ClusterSummary.Empty;

    // The chosen one is offered even before it exists, so that the choice does not jump.
    private IEnumerable<string> NamespaceNames => Summary.Namespaces.Select(n => n.Name)
        .Concat(_namespace.Length > 0 ? [_namespace] : []).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    private NamespaceRow? NamespaceFacts => Summary.MeshInstalled ? Summary.Namespaces.FirstOrDefault(n => n.Name == _namespace) : null;

    /// <summary>Where the step works that was run last; null before any was.</summary>
    private string? StepNamespaceNow =>
        Sections.FirstOrDefault(s => s.Id == _stepChanges.SectionId) is { } section
            ? StepNamespace.Of(section) ?? InitialNamespace
            : null;

    private bool IsEmpty => _workloads.IsEmpty && _pods.IsEmpty && _services.IsEmpty && _gateways.IsEmpty && _virtualServices.IsEmpty
        && _destinationRules.IsEmpty && _peerAuthentications.IsEmpty && _meshPolicies.IsEmpty && _events.IsEmpty;

    protected override void OnShownChanged()
    {
        var changes = Snapshot?.Changes ?? ClusterChanges.None;
        if (!ReferenceEquals(_stepChanges, changes))
        {
            _stepChanges = changes;
            _marks = StepMarks.Of(changes.Current);
        }
        var moved = _follows && ShowStep();
        if (ReferenceEquals(_seen, Summary))
        {
            if (moved) Recompute();
            return;
        }
        _seen = Summary;
        _changes.Update(ClusterRows.Shown(Summary), Summary.Synced);
        _openers.Keep(_changes.Keys.Concat(_stepChanges.Steps.SelectMany(s => s.Objects).Select(o => o.Key)));
        Recompute();
    }

    /// <returns>Whether another namespace is shown than before.</returns>
    private bool ShowStep()
    {
        var before = _namespace;
        _namespace = StepNamespaceNow ?? InitialNamespace ?? "";
        return before != _namespace;
    }

    private void ChooseNamespace()
    {
        _follows = false;
        Recompute();
    }

    private void FollowStep()
    {
        _follows = !_follows;
        if (_follows && ShowStep()) Recompute();
    }

    private void Recompute()
    {
        _workloads = Same(_workloads, Summary.Workloads.Where(r => Matches(r.Namespace, r.Name)));
        _pods = Same(_pods, Summary.Pods.Where(r => Matches(r.Namespace, r.Name)));
        _services = Same(_services, Summary.Services.Where(r => Matches(r.Namespace, r.Name)));
        _gateways = Same(_gateways, Summary.Gateways.Where(r => Matches(r.Namespace, r.Name)));
        _virtualServices = Same(_virtualServices, Summary.VirtualServices.Where(r => Matches(r.Namespace, r.Name)));
        _destinationRules = Same(_destinationRules, Summary.DestinationRules.Where(r => Matches(r.Namespace, r.Name)));
        _peerAuthentications = Same(
            _peerAuthentications,
            Summary.PeerAuthentications.Where(r => Matches(r.Namespace, r.Name))
        );
        _meshPolicies = Same(_meshPolicies, Summary.MeshPolicies.Where(r => Matches(r.Namespace, r.Name)));
        _others = Same(_others, Summary.Others.Where(r => Matches(r.Namespace, r.Name)));
        _events = Same(_events, Summary.Events.Where(r => Matches(r.Namespace, r.InvolvedObject)).Take(30));
    }

    // The array that there was, as long as it holds the same rows: its part of the panel is not rendered again.
    private static ImmutableArray<T> Same<T>(ImmutableArray<T> old, IEnumerable<T> rows) =>
        rows.SequenceEqual(old) ? old : [.. rows];

    private bool Matches(string @namespace, string name) =>
        (_namespace.Length == 0 || @namespace == _namespace) && name.Contains(_filter, StringComparison.OrdinalIgnoreCase);

    private Task Open(ClusterObjectKey key)
    {
        _opened = key;
        // The row's handler is not the panel's own event.
        StateHasChanged();
        return Task.CompletedTask;
    }
}
