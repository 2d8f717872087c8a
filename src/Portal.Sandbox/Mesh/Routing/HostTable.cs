namespace Portal.Sandbox.Mesh.Routing;

/// <summary>Finds what belongs to a host: an exact name first, then the longest wildcard, then <c>*</c>. Of two for one name the first counts.</summary>
internal sealed class HostTable<T> where T : class
{
    private readonly Dictionary<string, T> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, T> _suffixes = new(StringComparer.OrdinalIgnoreCase);
    private T? _any;

    public void Add(string domain, T value)
    {
        if (domain == "*") _any ??= value;
        else if (domain.StartsWith('*')) _suffixes.TryAdd(domain[1..], value);
        else _exact.TryAdd(domain, value);
    }

    public bool Has(string domain) => domain == "*" ? _any is not null : domain.StartsWith('*') ? _suffixes.ContainsKey(domain[1..]) : _exact.ContainsKey(domain);

    public T? Find(string host)
    {
        if (_exact.TryGetValue(host, out var exact)) return exact;
        for (var dot = host.IndexOf('.', StringComparison.Ordinal); _suffixes.Count > 0 && dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            if (_suffixes.TryGetValue(host[dot..], out var wild)) return wild;
        }
        return _any;
    }
}
