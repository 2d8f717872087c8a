using System.Collections.Immutable;
using Portal.Labs.Shell.Pty;

namespace Portal.Labs.Shell;

/// <summary>What directories and everything below them take on the disk.</summary>
/// <param name="Files">Directories and links too.</param>
/// <param name="IsWhole">False when there was more than was to be looked at.</param>
/// <param name="Biggest">The biggest files, as paths below their directory, biggest first.</param>
internal sealed record DiskUsage(
    long Bytes,
    int Files,
    bool IsWhole,
    ImmutableArray<(string Path, long Bytes)> Biggest
)
{
    /// <summary>Each level is an open descriptor while it is looked into.</summary>
    public const int MostLevels = 100;

    private const int Shown = 3;

    /// <summary>Follows no link and stays on one file system.</summary>
    /// <param name="mostFiles">It ends when there are more.</param>
    public static DiskUsage Measure(IEnumerable<string> directories, int mostFiles)
    {
        var count = new Count(mostFiles);
        foreach (var path in directories)
        {
            using var directory = OpenDirectory.At(path);
            if (directory is not null) count.Add(directory, "", 1, null);
        }
        return new(count.Bytes, count.Files, count.IsWhole, [.. count.Biggest]);
    }

    private sealed class Count(int mostFiles)
    {
        private readonly HashSet<ulong> _linked = [];

        public long Bytes { get; private set; }
        public int Files { get; private set; }
        public bool IsWhole { get; private set; } = true;
        public List<(string Path, long Bytes)> Biggest { get; } = [];

        public void Add(OpenDirectory directory, string path, int level, ulong? device)
        {
            foreach (var entry in directory.Entries())
            {
                if (++Files > mostFiles) IsWhole = false;
                if (!IsWhole) return;
                device ??= entry.Device;
                // A file with several names is one file.
                if (entry.Device != device || (entry.Links > 1 && !entry.IsDirectory && !_linked.Add(entry.Inode)))
                    continue;
                Bytes += entry.Allocated;
                if (entry.IsDirectory) Enter(directory, entry, path, level, device);
                else Note(entry, path);
            }
        }

        private void Enter(OpenDirectory above, OpenDirectory.Entry entry, string path, int level, ulong? device)
        {
            if (level == MostLevels) IsWhole = false;
            else
            {
                using var directory = above.Enter(entry);
                if (directory is not null) Add(directory, PathOf(entry, path) + "/", level + 1, device);
            }
        }

        private void Note(OpenDirectory.Entry entry, string path)
        {
            if (Biggest.Count == Shown && Biggest[^1].Bytes >= entry.Allocated) return;
            if (Biggest.Count == Shown) Biggest.RemoveAt(Shown - 1);
            var at = Biggest.FindIndex(b => b.Bytes < entry.Allocated);
            Biggest.Insert(at < 0 ? Biggest.Count : at, (PathOf(entry, path), entry.Allocated));
        }

        private static string PathOf(OpenDirectory.Entry entry, string path) =>
            path + entry.Text;
    }
}
