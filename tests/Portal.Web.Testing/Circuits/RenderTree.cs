using System.Text;

namespace Portal.Web.Testing.Circuits;

/// <summary>
/// A page put together from a circuit's render batches, as the browser's script does it. The format is that of
/// ASP.NET Core's <c>RenderBatchWriter</c>.
/// </summary>
internal sealed class RenderTree
{
    private const int EditSize = 16;
    private const int FrameSize = 20;

    private readonly Dictionary<int, Node> _components = [];

    public IEnumerable<Node> All() =>
        _components.Values.Where(c => c.Parent is null).ToList().SelectMany(c => c.All());

    public void Attach(int component) => _components[component] = new Node(NodeKind.Component, "", null);

    public void Apply(byte[] data) => new Batch(this, data).Apply();

    private sealed class Batch(RenderTree tree, byte[] data)
    {
        private readonly int _frames = BitConverter.ToInt32(data, data.Length - 16);
        private readonly int _strings = BitConverter.ToInt32(data, data.Length - 4);

        public void Apply()
        {
            var updates = Number(data.Length - 20);
            for (var i = 0; i < Number(updates); i++) ApplyUpdate(Number(updates + 4 + (i * 4)));
            var disposed = Number(data.Length - 12);
            for (var i = 0; i < Number(disposed); i++) tree._components.Remove(Number(disposed + 4 + (i * 4)));
        }

        private void ApplyUpdate(int at)
        {
            var id = Number(at);
            if (!tree._components.TryGetValue(id, out var parent))
                tree._components[id] = parent = new Node(NodeKind.Component, "", null);
            List<(int From, int To)> moves = [];
            for (var i = 0; i < Number(at + 4); i++)
            {
                var edit = at + 8 + (i * EditSize);
                var (sibling, other) = (Number(edit + 4), Number(edit + 8));
                var children = parent.Children;
                switch (Number(edit))
                {
                    case 1: Insert(parent, sibling, other); break;
                    case 2: children.RemoveAt(sibling); break;
                    case 3: SetAttribute(children[sibling], Frame(other)); break;
                    case 4: RemoveAttribute(children[sibling], String(Number(edit + 12))); break;
                    case 5 or 8: children[sibling].Text = String(Number(Frame(other) + 4)); break;
                    case 6: parent = children[sibling]; break;
                    case 7: parent = parent.Parent!; break;
                    case 9: moves.Add((sibling, other)); break;
                    case 10: Move(children, moves); break;
                    default: throw new InvalidDataException($"Edit {Number(edit)}");
                }
            }
        }

        private static void Move(List<Node> children, List<(int From, int To)> moves)
        {
            var before = children.ToArray();
            foreach (var (from, to) in moves) children[to] = before[from];
            moves.Clear();
        }

        /// <returns>How many nodes were added to the parent.</returns>
        private int Insert(Node parent, int index, int number)
        {
            var frame = Frame(number);
            switch (Number(frame))
            {
                case 1:
                    var element = new Node(NodeKind.Element, String(Number(frame + 8)), parent);
                    var (next, end) = (number + 1, number + Number(frame + 4));
                    for (; next < end && Number(Frame(next)) == 3; next++) SetAttribute(element, Frame(next));
                    parent.Children.Insert(index, element);
                    InsertRange(element, 0, next, end);
                    return 1;
                case 2 or 8:
                    var kind = Number(frame) == 2 ? NodeKind.Text : NodeKind.Markup;
                    parent.Children.Insert(index, new Node(kind, "", parent) { Text = String(Number(frame + 4)) });
                    return 1;
                case 4:
                    var component = new Node(NodeKind.Component, "", parent);
                    tree._components[Number(frame + 8)] = component;
                    parent.Children.Insert(index, component);
                    return 1;
                case 5: return InsertRange(parent, index, number + 1, number + Number(frame + 4));
                default: return 0; // references, render modes, form names
            }
        }

        private int InsertRange(Node parent, int index, int from, int to)
        {
            var start = index;
            for (var i = from; i < to;)
            {
                index += Insert(parent, index, i);
                i += Number(Frame(i)) is 1 or 4 or 5 ? Number(Frame(i) + 4) : 1;
            }
            return index - start;
        }

        private void SetAttribute(Node element, int frame)
        {
            var name = String(Number(frame + 4));
            var handler = BitConverter.ToUInt64(data, frame + 12);
            if (handler != 0) element.Handlers[name] = handler;
            else element.Attributes[name] = String(Number(frame + 8));
        }

        private static void RemoveAttribute(Node element, string name)
        {
            element.Attributes.Remove(name);
            element.Handlers.Remove(name);
        }

        private int Frame(int number) => _frames + 4 + (number * FrameSize);

        private int Number(int at) => BitConverter.ToInt32(data, at);

        private string String(int index)
        {
            if (index < 0) return "";
            var at = Number(_strings + (index * 4));
            int length = 0, shift = 0, part;
            do
            {
                part = data[at++];
                length |= (part & 127) << shift;
                shift += 7;
            }
            while ((part & 128) != 0);
            return Encoding.UTF8.GetString(data, at, length);
        }
    }
}
