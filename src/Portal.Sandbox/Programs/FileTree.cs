using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Portal.Sandbox.Programs.Budgets;

namespace Portal.Sandbox.Programs;

/// <summary>
/// Files below a directory that containers share: relative path to content; a path that ends in a slash is a directory.
/// What it may hold is bounded once <see cref="Bind"/> has said by what. Thread-safe.
/// </summary>
internal sealed class FileTree
{
    private readonly ConcurrentDictionary<string, FileNode> _nodes = new(StringComparer.Ordinal);
    private Allowance? _bytes;
    private volatile bool _gone;

    public bool IsEmpty => _nodes.IsEmpty;
    public IEnumerable<string> Keys => _nodes.Select(n => n.Key);
    public long Bytes => _bytes?.Taken ?? 0;
    public long Limit => _bytes?.Limit ?? 0;
    public long Free => _bytes?.Free ?? 0;

    public void Bind(ProgramBudgets budgets)
    {
        if (_bytes is null) Interlocked.CompareExchange(ref _bytes, budgets.NewTree(), null);
    }

    public bool TryGet(string path, [NotNullWhen(true)] out FileNode? node) => _nodes.TryGetValue(path, out node);

    public bool Contains(string path) => _nodes.ContainsKey(path);

    /// <summary>The file at a path, made when there is none.</summary>
    /// <returns>Null when there is no room for another name.</returns>
    public FileNode? GetOrAdd(string path, DateTimeOffset now)
    {
        if (_nodes.TryGetValue(path, out var node)) return node;
        var fresh = new FileNode(_bytes, now);
        if (_nodes.Count >= ProgramBudgets.FilesOfTree || !fresh.TryName(path)) return null;
        node = _nodes.GetOrAdd(path, fresh);
        if (node != fresh) fresh.Unlink();
        return Stays(path) ? node : null;
    }

    public bool Remove(string path)
    {
        if (!_nodes.TryRemove(path, out var node)) return false;
        node.Unlink();
        return true;
    }

    /// <summary>Gives a file another path, in place of what is there.</summary>
    public bool Move(string from, string to)
    {
        if (!_nodes.TryRemove(from, out var node)) return false;
        Remove(to);
        _nodes[to] = node;
        return Stays(to);
    }

    /// <summary>A process that is still ending must not leave files behind that nobody clears again.</summary>
    private bool Stays(string path)
    {
        if (_gone) Remove(path);
        return !_gone;
    }

    /// <summary>Forgets everything, for good: the container or pod that it belonged to is gone.</summary>
    public void Clear()
    {
        _gone = true;
        foreach (var path in _nodes.Keys) Remove(path);
    }
}
