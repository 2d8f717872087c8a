namespace Portal.Web.Components.Cluster;

/// <summary>Remembers what each row showed, to tell which rows changed. The first picture is not a change.</summary>
public sealed class ChangeTracker<TKey>
    where TKey : notnull
{
    private Dictionary<TKey, Entry> _rows = [];
    private bool _primed;

    /// <summary>The rows that there are.</summary>
    public IEnumerable<TKey> Keys => _rows.Keys;

    /// <summary>Takes in the rows that there are now; rows that are gone are forgotten.</summary>
    public void Update(IEnumerable<(TKey Key, string Shown)> rows, bool synced)
    {
        var next = new Dictionary<TKey, Entry>();
        foreach (var (key, shown) in rows)
        {
            next[key] = _rows.TryGetValue(key, out var old)
                ? old.Shown == shown ? old : new Entry(shown, old.Version + 1)
                : new Entry(shown, _primed ? 1 : 0);
        }
        _rows = next;
        _primed |= synced;
    }

    /// <summary>Class that starts the row's animation; two classes in turn, so that the next change starts it again.</summary>
    public string CssOf(TKey key) => _rows.GetValueOrDefault(key)?.Version switch
    {
        null or 0 => "",
        var version => version % 2 == 1 ? "flash-a" : "flash-b",
    };

    private sealed record Entry(string Shown, int Version);
}
