using System.Collections.Immutable;
using Portal.Sandbox.Storage;

namespace Portal.Sandbox;

/// <summary>A named moment of a cluster.</summary>
internal sealed record ClusterMark(string Name, StoreSnapshot Snapshot);

/// <summary>
/// Moments that a cluster can go back to, oldest first. They share with the cluster what has not changed since; what
/// they hold beyond that has a limit, and the oldest are forgotten first. Thread-safe.
/// </summary>
/// <param name="limit">Bytes of objects that only marks hold.</param>
internal sealed class ClusterMarks(long limit)
{
    private const int Most = 64;

    private ImmutableList<ClusterMark> _all = [];

    public IReadOnlyList<ClusterMark> All => Volatile.Read(ref _all);

    /// <summary>Keeps the moment, unless one of this name is kept already.</summary>
    public void Keep(string name, StoreSnapshot now) =>
        ImmutableInterlocked.Update(
            ref _all,
            all => all.Exists(m => m.Name == name) ? all : WithinLimit(all.Add(new(name, now)), now)
        );

    /// <summary>The moment of this name, or null. Those after it are of a past that is left, and forgotten.</summary>
    public StoreSnapshot? GoBack(string name)
    {
        StoreSnapshot? found = null;
        ImmutableInterlocked.Update(
            ref _all,
            all =>
            {
                var index = all.FindIndex(m => m.Name == name);
                found = index < 0 ? null : all[index].Snapshot;
                return index < 0 ? all : all.GetRange(0, index + 1);
            }
        );
        return found;
    }

    public void Set(IEnumerable<ClusterMark> marks) => Volatile.Write(ref _all, [.. marks]);

    private ImmutableList<ClusterMark> WithinLimit(ImmutableList<ClusterMark> all, StoreSnapshot now)
    {
        var counted = new HashSet<StoredObject>(Objects(now), ReferenceEqualityComparer.Instance);
        var bytes = 0L;
        for (var i = all.Count - 1; i >= 0; i--)
        {
            foreach (var stored in Objects(all[i].Snapshot).Where(counted.Add)) bytes += stored.Size;
            if (bytes > limit || all.Count - i > Most) return all.RemoveRange(0, i + 1);
        }
        return all;
    }

    private static IEnumerable<StoredObject> Objects(StoreSnapshot snapshot) =>
        snapshot.Resources.Values.SelectMany(r => r.Values);
}
