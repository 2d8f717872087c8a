using System.Text.Json.Nodes;
using Portal.Sandbox.Json;

namespace Portal.Sandbox.Ownership;

/// <summary>
/// A set of field paths, as a trie of path elements in the spelling of FieldsV1: <c>f:name</c>, <c>k:{"key":…}</c>,
/// <c>v:value</c>, <c>i:index</c>. A node can be in the set (<see cref="IsMember"/>) and have descendants in it. Filled once,
/// then not changed: operations return new sets that share subtrees.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    public bool IsMember { get; private set; }
    public bool IsEmpty => !IsMember && _children.Count == 0;
    public IEnumerable<KeyValuePair<string, FieldSet>> Children => _children;

    public FieldSet? Find(string element) => _children.GetValueOrDefault(element);

    /// <summary>Puts the path of this node into the set.</summary>
    public FieldSet Include()
    {
        IsMember = true;
        return this;
    }

    /// <summary>Hangs a subtree below this node, unless it is empty or there is one already.</summary>
    public void Add(string element, FieldSet child)
    {
        if (!child.IsEmpty) _children.TryAdd(element, child);
    }

    public void Insert(IEnumerable<string> path)
    {
        var node = this;
        foreach (var element in path)
        {
            if (!node._children.TryGetValue(element, out var child)) node._children[element] = child = new();
            node = child;
        }
        node.IsMember = true;
    }

    public static FieldSet Of(params IEnumerable<string> paths)
    {
        var set = new FieldSet();
        foreach (var path in paths) set.Insert(path.Split('/').Select(p => "f:" + p));
        return set;
    }

    public FieldSet Union(FieldSet other)
    {
        var result = new FieldSet { IsMember = IsMember || other.IsMember };
        foreach (var (element, child) in _children) result._children[element] = other.Find(element) is { } theirs ? child.Union(theirs) : child;
        foreach (var (element, child) in other._children) result._children.TryAdd(element, child);
        return result;
    }

    public FieldSet Intersection(FieldSet other)
    {
        var result = new FieldSet { IsMember = IsMember && other.IsMember };
        foreach (var (element, child) in _children)
        {
            if (other.Find(element) is { } theirs) result.Add(element, child.Intersection(theirs));
        }
        return result;
    }

    /// <summary>This set without the paths of <paramref name="other"/>; descendants of those stay.</summary>
    public FieldSet Difference(FieldSet other)
    {
        var result = new FieldSet { IsMember = IsMember && !other.IsMember };
        foreach (var (element, child) in _children) result.Add(element, other.Find(element) is { } theirs ? child.Difference(theirs) : child);
        return result;
    }

    /// <summary>This set without a child and all that is below it.</summary>
    public FieldSet Without(string element)
    {
        var result = new FieldSet { IsMember = IsMember };
        foreach (var (name, child) in _children.Where(c => c.Key != element)) result.Add(name, child);
        return result;
    }

    public bool SameAs(FieldSet other) => Difference(other).IsEmpty && other.Difference(this).IsEmpty;

    /// <exception cref="FormatException">The JSON is not FieldsV1.</exception>
    public static FieldSet FromJson(JsonNode? fields)
    {
        if (fields is not JsonObject obj) throw new FormatException("fieldsV1 is not an object");
        var set = new FieldSet { IsMember = obj.ContainsKey(".") };
        foreach (var (element, value) in obj)
        {
            if (element == ".") continue;
            if (element.Length < 2 || element[1] != ':' || value is not JsonObject below) throw new FormatException($"fieldsV1 does not know {element}");
            set._children[element] = below.Count == 0 ? new FieldSet { IsMember = true } : FromJson(below);
        }
        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (IsMember && _children.Count > 0) json["."] = new JsonObject();
        foreach (var (element, child) in _children) json[element] = child.ToJson();
        return json;
    }

    /// <summary>The paths as errors show them: <c>.spec.containers[name="web"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember && prefix.Length > 0) yield return prefix;
        foreach (var (element, child) in _children)
        {
            foreach (var path in child.Paths(prefix + Show(element))) yield return path;
        }
    }

    private static string Show(string element) => element[..2] switch
    {
        "f:" => "." + element[2..],
        "k:" => "[" + string.Join(',', ((JsonObject)JsonNode.Parse(element[2..])!).Select(k => $"{k.Key}={k.Value?.ToText()}")) + "]",
        "v:" => $"[={element[2..]}]",
        _ => $"[{element[2..]}]",
    };
}
