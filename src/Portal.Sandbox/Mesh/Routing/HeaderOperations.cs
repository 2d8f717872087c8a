using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs;

namespace Portal.Sandbox.Mesh.Routing;

/// <summary>What a route or a destination does to headers: remove, then set, then add.</summary>
internal sealed class HeaderOperations
{
    private readonly string[] _remove;
    private readonly KeyValuePair<string, string>[] _set;
    private readonly KeyValuePair<string, string>[] _add;

    private HeaderOperations(JsonObject operations)
    {
        _remove = [.. operations.Strings("remove")];
        var (set, add) = (operations.Map("set"), operations.Map("add"));
        _set = [.. set.Where(h => !IsAuthority(h.Key))];
        _add = [.. add.Where(h => !IsAuthority(h.Key))];
        Authority = set.Concat(add).FirstOrDefault(h => IsAuthority(h.Key)).Value;
    }

    /// <summary>Null where there is nothing to do.</summary>
    public static HeaderOperations? Of(JsonObject? operations) => operations is { Count: > 0 } ? new(operations) : null;

    /// <summary>What the host header becomes; null when it stays.</summary>
    public string? Authority { get; }

    public void Apply(HttpHeaders headers)
    {
        foreach (var name in _remove) headers.Remove(name);
        foreach (var (name, value) in _set) headers[name] = value;
        foreach (var (name, value) in _add) headers.Add(name, value);
    }

    private static bool IsAuthority(string name) => name.Equals(":authority", StringComparison.OrdinalIgnoreCase) || name.Equals("host", StringComparison.OrdinalIgnoreCase);
}
