namespace Portal.Web.Testing.Circuits;

public enum NodeKind { Component, Element, Text, Markup }

/// <summary>A part of a page as a circuit's batches describe it.</summary>
public sealed class Node(NodeKind kind, string name, Node? parent)
{
    public NodeKind Kind => kind;

    /// <summary>The name of an element.</summary>
    public string Name => name;
    public Node? Parent => parent;
    public string Text { get; set; } = "";
    public List<Node> Children { get; } = [];
    public Dictionary<string, string> Attributes { get; } = [];

    /// <summary>Ids of event handlers by attribute.</summary>
    public Dictionary<string, ulong> Handlers { get; } = [];

    public IEnumerable<Node> All()
    {
        var left = new Stack<Node>([this]);
        while (left.TryPop(out var node))
        {
            yield return node;
            for (var i = node.Children.Count - 1; i >= 0; i--) left.Push(node.Children[i]);
        }
    }

    public bool HasClass(string name) =>
        Attributes.TryGetValue("class", out var classes) && classes.Split(' ').Contains(name);

    /// <summary>Everything that can be read in it.</summary>
    public string Words() => string.Concat(All().Select(n => n.Text));
}
