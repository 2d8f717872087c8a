using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox.Controllers;

/// <summary>Nodes and the pods assigned to them, kept up to date by changes, so that placing a pod does not read every other.</summary>
internal sealed class ScheduleCache
{
    private readonly ConcurrentQueue<ObjectName> _changed = new();
    private readonly Dictionary<ObjectName, PodFacts> _pods = [];
    private readonly Dictionary<string, Dictionary<ObjectName, PodFacts>> _byNode = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<ObjectName, StoredObject>? _nodesSeen;
    private volatile bool _stale;

    public IReadOnlyList<NodeFacts> Nodes { get; private set; } = [];

    /// <summary>Has everything read anew by the next <see cref="Refresh"/>.</summary>
    public void Invalidate() => _stale = true;

    public void Touch(ObjectName pod) => _changed.Enqueue(pod);

    /// <summary>Takes over what changed since the last call.</summary>
    public void Refresh(StoreSnapshot snapshot)
    {
        var nodes = snapshot.Of("nodes");
        if (!ReferenceEquals(nodes, _nodesSeen))
        {
            Nodes = [.. nodes.Values.Select(n => NodeFacts.Of(n.Parse()))];
            _nodesSeen = nodes;
        }
        if (_stale)
        {
            _stale = false;
            _pods.Clear();
            _byNode.Clear();
            foreach (var name in snapshot.Of("pods").Keys) _changed.Enqueue(name);
        }
        while (_changed.TryDequeue(out var name))
        {
            var stored = snapshot.Find("pods", name.Namespace, name.Name);
            if (_pods.TryGetValue(name, out var known))
            {
                // Requests and node of an assigned pod do not change; only its end matters.
                if (stored is not null && stored.Uid == known.Uid && !IsOver(stored)) continue;
                _pods.Remove(name);
                _byNode[known.Node].Remove(name);
            }
            if (stored is null || IsOver(stored)) continue;
            var facts = PodFacts.Of(stored.Parse());
            if (facts.Node.Length > 0) Assign(name, facts);
        }
    }

    public IEnumerable<PodFacts> On(string node) => _byNode.TryGetValue(node, out var pods) ? pods.Values : [];

    public IEnumerable<PodFacts> All => _pods.Values;

    /// <summary>Counts a pod on a node before its change comes back.</summary>
    public void Assign(ObjectName name, PodFacts facts)
    {
        _pods[name] = facts;
        if (!_byNode.TryGetValue(facts.Node, out var pods)) _byNode[facts.Node] = pods = [];
        pods[name] = facts;
    }

    private static bool IsOver(StoredObject pod) => pod.Phase is "Succeeded" or "Failed";
}
