using Portal.Sandbox.Api;

namespace Portal.Sandbox.Storage;

/// <summary>
/// How much a store takes, as etcd's quota: a write beyond it is refused with etcd's words, deletions are always
/// taken, and what is being deleted may still be changed on its way out. Used inside the writer's lock only.
/// </summary>
internal sealed class StoreQuota(SandboxBudgets budgets)
{
    /// <summary>etcd's limit of a request, with which it refuses a single large object.</summary>
    private const int MaxObject = 1536 * 1024;

    /// <summary>What objects on their way out may take beyond the budget.</summary>
    private const long Reserve = 4 << 20;

    private long _bytes;
    private int _objects;

    public SandboxBudgets Budgets => budgets;

    /// <summary>Told once each time the budget is found spent.</summary>
    public Action? Spent { get; set; }

    /// <summary>Counts everything anew.</summary>
    public void Count(StoreSnapshot snapshot)
    {
        (_bytes, _objects) = (0, 0);
        foreach (var objects in snapshot.Resources.Values)
        {
            foreach (var o in objects.Values)
            {
                _bytes += o.Size;
                _objects++;
            }
        }
    }

    /// <exception cref="ApiException">There is no room.</exception>
    public void Take(StoredObject stored, StoredObject? previous)
    {
        if (stored.Size > MaxObject) throw new ApiException(500, "", "etcdserver: request is too large");
        var grows = stored.Size - (previous?.Size ?? 0);
        var limit = stored.IsDeleting ? budgets.StoredBytes + Reserve : budgets.StoredBytes;
        if (grows > 0 && _bytes + grows > limit || previous is null && _objects >= budgets.StoredObjects)
        {
            Spent?.Invoke();
            throw new ApiException(500, "", "etcdserver: mvcc: database space exceeded");
        }
        _bytes += grows;
        if (previous is null) _objects++;
    }

    public void Release(StoredObject gone)
    {
        _bytes -= gone.Size;
        _objects--;
    }
}
