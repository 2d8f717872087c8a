using System.Globalization;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell.Isolation.Bubblewrap;

/// <summary>
/// User ids of workspaces: one each where this process may use several, so that a hole in another wall is still no way
/// to a neighbour's files and processes. Whose an id is, is told by the owner of the workspace's home.
/// </summary>
/// <param name="map">The content of <c>/proc/self/uid_map</c>: first id here, first id outside, how many.</param>
/// <param name="self">The id of this process.</param>
/// <param name="blocks">Of root's ids, which all portals of the machine share.</param>
internal sealed class WorkspaceUsers(string map, uint self, UserIdBlocks blocks)
{
    private const uint All = UserIdBlocks.Size * UserIdBlocks.Count;

    private readonly Lock _gate = new();
    private readonly HashSet<uint> _taken = [];
    private (uint First, uint Count) _range = self == 0 ? RangeOf(map) : (self, 1);

    public bool AreSeparate => _range.Count > 1;

    /// <summary>The id of a workspace: its home's when that is one of ours, else one that nobody has.</summary>
    /// <param name="homes">The homes of all workspaces there are, looked at when an id is needed.</param>
    public uint Of(string home, IEnumerable<string> homes)
    {
        if (!AreSeparate) return _range.First;
        lock (_gate)
        {
            if (_range.Count == All) TakeBlock(homes);
            var owner = Directory.Exists(home) ? Kernel.OwnerOf(home) : self;
            if (IsOurs(owner)) return owner;
            if (_taken.Count == 0) _taken.UnionWith(homes.Select(Kernel.OwnerOf).Where(IsOurs));
            for (var id = _range.First; IsOurs(id); id++)
            {
                if (_taken.Add(id)) return id;
            }
            throw new WorkspaceException(
                "There are more workspaces than user ids to keep them apart.",
                "Delete workspaces that nobody uses, or lower Portal:Labs:DeleteAfterIdleDays.");
        }
    }

    private void TakeBlock(IEnumerable<string> homes)
    {
        var before = homes.Select(Kernel.OwnerOf).Where(IsOurs).Select(id => (uint?)id).FirstOrDefault();
        _range = (blocks.Take(before), UserIdBlocks.Size);
    }

    private bool IsOurs(uint id) => id >= _range.First && id - _range.First < _range.Count;

    private static (uint First, uint Count) RangeOf(string map)
    {
        foreach (var line in map.Split('\n'))
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var inside, _, var length])
                continue;
            var (first, count) = (
                uint.Parse(inside, CultureInfo.InvariantCulture),
                uint.Parse(length, CultureInfo.InvariantCulture)
            );
            if (first <= UserIdBlocks.First && first + (ulong)count >= UserIdBlocks.First + All)
                return (UserIdBlocks.First, All);
            // Ids in a container or of a user with subordinate ids: the upper ones, which nothing there uses.
            if (count >= 20_000) return (first + (count / 2), count / 2);
        }
        return (0, 1);
    }
}
