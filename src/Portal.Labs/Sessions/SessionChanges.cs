using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Portal.Clusters.Api;
using Portal.Clusters.Watching;

namespace Portal.Labs.Sessions;

/// <summary>
/// Notes what changes in the cluster, for the section that was run last: what a run does shows in the cluster when the
/// run is over, and its controllers go on after that. Bounded. Thread-safe.
/// </summary>
internal sealed class SessionChanges(TimeProvider time)
{
    private const int MaxSteps = 30, MaxObjects = 60, MaxFields = 12;

    /// <summary>For objects as they were before; beyond it a change is told without its fields.</summary>
    private const int MaxBytes = 512 * 1024;

    private static readonly HashSet<string> s_ofEveryNamespace = new(StringComparer.Ordinal)
    {
        "kube-root-ca.crt", "istio-ca-root-cert",
    };

    private readonly Lock _gate = new();
    private readonly List<Step> _steps = [];
    private IClusterView? _view;
    private ClusterSnapshot? _last;
    private Step? _current;
    private int _bytes;
    private ClusterChanges _shown = ClusterChanges.None;

    /// <summary>Begins with another view; what it shows first is no change.</summary>
    public void Attach(IClusterView view)
    {
        lock (_gate)
        {
            _view = view;
            _last = null;
        }
    }

    /// <summary>A run of the section begins: what changes from now on is the section's.</summary>
    public ClusterChanges Begin(string sectionId)
    {
        lock (_gate)
        {
            Look();
            _current = _steps.Find(s => s.SectionId == sectionId);
            if (_current is null)
            {
                if (_steps.Count >= MaxSteps) Forget(_steps[0]);
                _steps.Add(_current = new Step(sectionId));
            }
            return Show();
        }
    }

    /// <summary>Takes in what the view shows now; the same instance when nothing is to be told.</summary>
    public ClusterChanges Take()
    {
        lock (_gate) return Look() ? Show() : _shown;
    }

    /// <summary>The cluster goes back: only what these sections changed is still so.</summary>
    public ClusterChanges Keep(IReadOnlyCollection<string> sectionIds)
    {
        lock (_gate)
        {
            foreach (var step in _steps.Where(s => !sectionIds.Contains(s.SectionId)).ToList()) Forget(step);
            _current = null;
            return Show();
        }
    }

    /// <summary>The object before the current step, when that changed it.</summary>
    public ClusterObject? Before(ClusterObjectKey key)
    {
        lock (_gate) return _current?.Entries.GetValueOrDefault(key)?.Before;
    }

    // The view is asked, not what somebody was handed: two callers would else take two snapshots in the wrong order.
    private bool Look()
    {
        if (_view?.Current is not { Synced: true } now || ReferenceEquals(now, _last)) return false;
        var (before, changed) = (_last, false);
        _last = now;
        if (before is null || _current is null) return false;
        foreach (var (key, item) in now.Objects)
        {
            var old = before.Objects.GetValueOrDefault(key);
            if (old is null || (!ReferenceEquals(old, item) && old.ResourceVersion != item.ResourceVersion))
                changed |= Note(_current, key, old, item);
        }
        foreach (var (key, old) in before.Objects)
            if (!now.Objects.ContainsKey(key)) changed |= Note(_current, key, old, null);
        return changed;
    }

    private bool Note(Step step, ClusterObjectKey key, ClusterObject? old, ClusterObject? now)
    {
        if (!IsSomebodys(now ?? old!)) return false;
        if (!step.Entries.TryGetValue(key, out var entry))
        {
            if (old is not null && now is not null && ObjectDiff.Of(old.Json, now.Json, 1).IsEmpty) return false;
            if (step.Entries.Count >= MaxObjects)
            {
                step.More++;
                return true;
            }
            step.Entries[key] = entry = new Entry(old is null, Hold(old));
        }
        if (Change(key, entry, now) is { } change) entry.Change = change;
        else Remove(step, key);
        return true;
    }

    /// <summary>Null when it is again as it was.</summary>
    private ObjectChange? Change(ClusterObjectKey key, Entry entry, ClusterObject? now)
    {
        var at = time.GetUtcNow();
        if (now is null) return entry.New ? null : new(key, ObjectChangeKind.Deleted, [], at);
        if (entry.New) return new(key, ObjectChangeKind.Created, [], entry.Change?.At ?? at);
        if (entry.Before is not { } before) return new(key, ObjectChangeKind.Changed, [], at);
        var fields = ObjectDiff.Of(before.Json, now.Json, MaxFields);
        return fields.IsEmpty ? null : new(key, ObjectChangeKind.Changed, fields, at);
    }

    /// <summary>Not what a controller made, nor what every namespace is given.</summary>
    private static bool IsSomebodys(ClusterObject o) =>
        o.Kind != "Event"
        && !o.Json.Find("metadata", "ownerReferences").Items().Any()
        && !(o.Kind == "ConfigMap" && s_ofEveryNamespace.Contains(o.Name));

    private ClusterObject? Hold(ClusterObject? before)
    {
        if (before is null || _bytes + Size(before) > MaxBytes) return null;
        _bytes += Size(before);
        return before;
    }

    private void Forget(Step step)
    {
        foreach (var key in step.Entries.Keys.ToList()) Remove(step, key);
        _steps.Remove(step);
    }

    private void Remove(Step step, ClusterObjectKey key)
    {
        if (step.Entries.Remove(key, out var entry) && entry.Before is { } before) _bytes -= Size(before);
    }

    private static int Size(ClusterObject o) => JsonMarshal.GetRawUtf8Value(o.Json).Length;

    private ClusterChanges Show() =>
        _shown = new(
            _current?.SectionId,
            [
                .. _steps.Select(s => new StepChanges(
                    s.SectionId,
                    [
                        .. s.Entries.Values.Select(e => e.Change!).OrderBy(c => c.At)
                            .ThenBy(c => c.Key.Kind, StringComparer.Ordinal)
                            .ThenBy(c => c.Key.Name, StringComparer.Ordinal),
                    ],
                    s.More
                )),
            ]
        );

    private sealed class Step(string sectionId)
    {
        public string SectionId { get; } = sectionId;
        public Dictionary<ClusterObjectKey, Entry> Entries { get; } = [];
        public int More { get; set; }
    }

    /// <param name="isNew">It was not there before the step.</param>
    /// <param name="before">Null for a new one, and when it was too much to keep.</param>
    private sealed class Entry(bool isNew, ClusterObject? before)
    {
        public bool New { get; } = isNew;
        public ClusterObject? Before { get; } = before;
        public ObjectChange? Change { get; set; }
    }
}
