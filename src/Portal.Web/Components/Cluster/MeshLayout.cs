using System.Collections.Immutable;

namespace Portal.Web.Components.Cluster;

/// <summary>A rectangle of the picture.</summary>
public readonly record struct MeshBox(int X, int Y, int Width, int Height)
{
    public int Bottom => Y + Height;
    public int Middle => Y + (Height / 2);

    public bool Meets(MeshBox other) =>
        X < other.X + other.Width && other.X < X + Width && Y < other.Bottom && other.Y < Bottom;
}

public sealed record PlacedNode(MeshNode Node, MeshBox Box, string Name, string Note, ImmutableArray<MeshMark> Marks);

/// <param name="Path">Data of an SVG path.</param>
/// <param name="Lines">What is written at its end.</param>
/// <param name="Label">Where; empty without lines.</param>
public sealed record PlacedEdge(MeshEdge Edge, string Path, ImmutableArray<string> Lines, MeshBox Label);

/// <summary>
/// Where a mesh is drawn. Texts are cut to the room that there is by a generous width of characters, and each label has
/// a row of its own beside the node that it belongs to, so nothing covers anything whatever it is called.
/// </summary>
public sealed record MeshLayout(
    ImmutableArray<PlacedNode> Nodes,
    ImmutableArray<PlacedEdge> Edges,
    int Width,
    int Height
)
{
    /// <summary>Where a node's texts begin, and a line's height.</summary>
    public const int Pad = 12;
    public const int NameLine = 19;
    public const int Line = 16;
    public const int LabelLine = 14;

    private const int Margin = 6;
    private const int RowGap = 12;
    private const double NameCharacter = 7.8;
    private const double NoteCharacter = 6.3;
    private const double LabelCharacter = 6.8;
    private const int LabelWidth = 72;

    /// <summary>Room of an icon before a mark's words.</summary>
    private const int Icon = 16;
    private const int MaxMarks = 4;

    /// <summary>Gateways, services and versions side by side.</summary>
    public static MeshLayout Wide(MeshGraph graph) =>
        Place(graph, new(0, 180, 266, 180, 532, 180, 712, Indented: false));

    /// <summary>One below the other, for a phone and a narrow panel: versions are indented.</summary>
    public static MeshLayout Narrow(MeshGraph graph) =>
        Place(graph, new(0, 330, 26, 304, 122, 208, 330, Indented: true));

    private static MeshLayout Place(MeshGraph graph, Columns columns)
    {
        var nodes = new Dictionary<string, PlacedNode>();
        var y = Margin;
        if (columns.Indented)
            foreach (var gateway in graph.Nodes.Where(n => n.Kind == MeshNodeKind.Gateway))
                y = Add(gateway, columns.GatewayX, columns.GatewayWidth, y);
        foreach (var service in graph.Nodes.Where(n => n.Kind is MeshNodeKind.Service or MeshNodeKind.External))
        {
            var top = y;
            var below = Add(service, columns.ServiceX, columns.ServiceWidth, top);
            y = columns.Indented ? below : top;
            foreach (var way in graph.Edges.Where(e => e.From == service))
                y = Add(way.To, columns.WorkloadX, columns.WorkloadWidth, y);
            y = Math.Max(y, below);
        }
        if (!columns.Indented)
        {
            var free = Margin;
            // Beside the first service that it leads to, but never over another.
            foreach (var gateway in graph.Nodes.Where(n => n.Kind == MeshNodeKind.Gateway).OrderBy(g => TargetY(g)))
                free = Add(gateway, columns.GatewayX, columns.GatewayWidth, Math.Max(free, TargetY(gateway)));
            y = Math.Max(y, free);
        }
        var rails = graph
            .Nodes.Where(n => n.Kind == MeshNodeKind.Gateway)
            .Select((n, i) => (n, i))
            .ToDictionary(p => p.n, p => Math.Min(p.i, 2));
        return new(
            [.. graph.Nodes.Select(n => nodes[n.Id])],
            [
                .. graph.Edges.Select(e =>
                    Draw(e, nodes[e.From.Id].Box, nodes[e.To.Id].Box, columns, rails.GetValueOrDefault(e.From))
                ),
            ],
            columns.Width + (2 * Margin),
            y - RowGap + Margin
        );

        int TargetY(MeshNode gateway) =>
            graph.Edges.Where(e => e.From == gateway).Select(e => nodes[e.To.Id].Box.Y).DefaultIfEmpty(Margin).Min();

        int Add(MeshNode node, int x, int width, int top)
        {
            var marks =
                node.Marks.Length > MaxMarks
                    ? node.Marks[..(MaxMarks - 1)]
                        .Add(
                            new(MudBlazor.Icons.Material.Rounded.MoreHoriz, $"{node.Marks.Length - MaxMarks + 1} more")
                        )
                    : node.Marks;
            var room = width - (2 * Pad);
            var box = new MeshBox(x + Margin, top, width, 12 + NameLine + Line + (Line * marks.Length));
            nodes[node.Id] = new(
                node,
                box,
                Cut(node.Name, room, NameCharacter),
                Cut(node.Note, room, NoteCharacter),
                [.. marks.Select(m => m with { Text = Cut(m.Text, room - Icon, NoteCharacter) })]
            );
            return box.Bottom + RowGap;
        }
    }

    private static PlacedEdge Draw(MeshEdge edge, MeshBox from, MeshBox to, Columns columns, int rail)
    {
        string path;
        if (columns.Indented)
        {
            // Down a rail at the left, then to the right: gateways have one each.
            var x = from.X + 8 + (edge.From.Kind == MeshNodeKind.Gateway ? rail * 6 : 0);
            path = $"M{x} {from.Bottom} V{to.Middle} H{to.X}";
        }
        else
        {
            var (x1, x2) = (from.X + from.Width, to.X);
            var middle = (x1 + x2) / 2;
            path = $"M{x1} {from.Middle} C{middle} {from.Middle} {middle} {to.Middle} {x2} {to.Middle}";
        }
        // What comes through a gateway is written on the service: several lead there.
        var lines = edge.From.Kind == MeshNodeKind.Gateway ? [] : edge.Lines;
        if (lines.IsEmpty)
            return new(edge, path, [], default);
        var height = lines.Length * LabelLine;
        return new(
            edge,
            path,
            [.. lines.Select(l => Cut(l, LabelWidth, LabelCharacter))],
            new(to.X - LabelWidth - 8, to.Middle - (height / 2), LabelWidth, height)
        );
    }

    private static string Cut(string text, int room, double character)
    {
        var most = (int)(room / character);
        return text.Length <= most ? text : text[..(most - 1)].TrimEnd() + "…";
    }

    private sealed record Columns(
        int GatewayX,
        int GatewayWidth,
        int ServiceX,
        int ServiceWidth,
        int WorkloadX,
        int WorkloadWidth,
        int Width,
        bool Indented
    );
}
