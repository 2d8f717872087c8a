using System.Text;
using System.Text.Json.Nodes;
using Portal.Sandbox.Json;
using Portal.Sandbox.Programs.Shell;

namespace Portal.Sandbox.Programs;

/// <summary>What is known of a path.</summary>
/// <param name="Node">The file when it can be written; null for directories and what the node provides.</param>
/// <param name="Content">The content of what the node provides.</param>
internal sealed record FileStatus(bool IsDirectory, FileNode? Node, byte[]? Content, DateTimeOffset Modified, int Mode)
{
    public long Length => IsDirectory ? 4096 : Node?.Length ?? Content?.Length ?? 0;
    public bool IsLink => Node?.Target is not null;
}

/// <summary>
/// The file system that a container sees: what it wrote itself (gone with a restart), its volumes, and what the kubelet
/// puts there. Paths are absolute and without "..". Thread-safe.
/// </summary>
internal sealed class ContainerFiles
{
    public const string NoSpace = "No space left on device",
        Missing = "No such file or directory",
        ReadOnly = "Read-only file system";

    private const int MostLinks = 40, DirectoryMode = 0x1ED, ProgramMode = 0x1ED, FileMode = 0x1A4;

    private static readonly string[] s_directories =
    [
        "bin/",
        "dev/",
        "etc/",
        "home/",
        "lib/",
        "proc/",
        "root/",
        "sys/",
        "tmp/",
        "usr/",
        "var/",
        "var/run/",
        "var/log/",
        "var/tmp/",
        "usr/bin/",
        "usr/share/",
        "run/",
        "mnt/",
        "opt/",
        "srv/",
        "data/",
    ];

    private readonly PodInstance _pod;
    private readonly FileTree _own = new();
    private readonly List<Mount> _mounts;

    public ContainerFiles(PodInstance pod, JsonObject container)
    {
        _pod = pod;
        _mounts =
        [
            .. container
                .Objects("volumeMounts")
                .Select(m => new Mount(
                    m.Str("mountPath")?.TrimEnd('/') ?? "",
                    m.Str("name") ?? "",
                    m.Str("subPath")?.Trim('/') ?? "",
                    m.Flag("readOnly") == true
                ))
                .OrderByDescending(m => m.Path.Length),
        ];
        _own.Bind(pod.Cluster.Programs);
    }

    /// <summary>Whether the container wrote to its own file system.</summary>
    public bool IsTouched => !_own.IsEmpty;

    /// <summary>Where volumes are mounted, with their names and whether they can be written.</summary>
    public IEnumerable<(string Path, string Volume, bool ReadOnly)> Mounts =>
        _mounts.Select(m => (m.Path, m.Volume, m.ReadOnly || _pod.Volumes.Writable(m.Volume) is null));

    private DateTimeOffset Now => _pod.Cluster.Now;

    private sealed record Mount(string Path, string Volume, string SubPath, bool ReadOnly);

    /// <summary>The content of a file, or null.</summary>
    public byte[]? Read(string path) =>
        Status(path) is { IsDirectory: false } found ? found.Node?.ToArray() ?? found.Content : null;

    public string? ReadText(string path) => Read(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>What is at a path; null for nothing.</summary>
    /// <param name="follow">Whether a symbolic link stands for what it leads to.</param>
    public FileStatus? Status(string path, bool follow = true)
    {
        for (var links = 0; links < MostLinks; links++)
        {
            if (Entry(path) is not { } found)
                return IsDirectory(path) ? new(true, null, null, DirectoryTime(path), DirectoryMode) : null;
            if (!follow || found.Node?.Target is not { } target)
                return found;
            path = ShellPath.Resolve(path[..path.LastIndexOf('/')], target);
        }
        return null;
    }

    /// <summary>Writes a whole file.</summary>
    /// <returns>Why it cannot be written, as the system says it, or null.</returns>
    public string? Write(string path, byte[] content)
    {
        if (Create(path, out var error) is not { } node) return error;
        node.Truncate(0, Now);
        return node.Write(0, content, Now).Written < content.Length ? NoSpace : null;
    }

    /// <summary>The file at a path for writing, made when there is none.</summary>
    public FileNode? Create(string path, out string? error)
    {
        for (var links = 0; Entry(path)?.Node?.Target is { } target && links < MostLinks; links++)
            path = ShellPath.Resolve(path[..path.LastIndexOf('/')], target);
        error = IsDirectory(path) ? "Is a directory" : null;
        if (error is not null) return null;
        var parent = path[..path.LastIndexOf('/')];
        if (parent.Length > 0 && !IsDirectory(parent))
        {
            // A directory that is a link.
            if (Entry(parent)?.Node?.Target is { } real)
                return Create(
                    ShellPath.Resolve(parent[..parent.LastIndexOf('/')], real) + path[parent.Length..],
                    out error
                );
            if (Find(path) is not { } found || found.Mount.SubPath.Length == 0)
                error = Status(parent) is null ? Missing : "Not a directory";
            if (error is not null)
                return null;
        }
        var (tree, inside) = TreeOf(path);
        if (tree is null) error = ReadOnly;
        else if (Entry(path) is { Node: null }) error = "Permission denied";
        var node = error is null ? tree!.GetOrAdd(inside, Now) : null;
        error ??= node is null ? NoSpace : null;
        return node;
    }

    /// <returns>Why there is none, as the system says it, or null.</returns>
    public string? MakeDirectory(string path)
    {
        var (tree, inside) = TreeOf(path);
        if (tree is null) return ReadOnly;
        return tree.GetOrAdd(inside + "/", Now) is null ? NoSpace : null;
    }

    /// <summary>Removes a file, or a directory with what is in it.</summary>
    public bool Delete(string path)
    {
        var (tree, inside) = TreeOf(path);
        if (tree is null) return false;
        var found = tree.Remove(inside);
        foreach (var key in tree.Keys.Where(k => k.StartsWith(inside + "/", StringComparison.Ordinal)).ToList())
            found |= tree.Remove(key);
        return found;
    }

    /// <summary>Moves a file or a directory; both ends have to be in the same tree.</summary>
    /// <returns>False when they are not.</returns>
    public bool Move(string from, string to)
    {
        var ((tree, inside), (other, target)) = (TreeOf(from), TreeOf(to));
        if (tree is null || tree != other) return false;
        var moved = tree.Move(inside, target);
        foreach (var key in tree.Keys.Where(k => k.StartsWith(inside + "/", StringComparison.Ordinal)).ToList())
            moved |= tree.Move(key, target + key[inside.Length..]);
        return moved;
    }

    /// <summary>Whether nobody may write at a path.</summary>
    public bool IsReadOnly(string path) => TreeOf(path).Tree is null;

    public bool IsDirectory(string path) =>
        path == "/"
        || s_directories.Contains(path[1..] + "/")
        || _mounts.Exists(m =>
            m.SubPath.Length == 0 && (m.Path == path || m.Path.StartsWith(path + "/", StringComparison.Ordinal))
        )
        || Keys(path).Any();

    /// <summary>The names in a directory, sorted; directories end in a slash.</summary>
    public IReadOnlyList<string> List(string path)
    {
        var root = path == "/" ? "" : path;
        var names = Keys(path)
            .Where(k => k.Length > 0)
            .Concat(
                s_directories
                    .Where(d => ("/" + d).StartsWith(root + "/", StringComparison.Ordinal))
                    .Select(d => ("/" + d)[(root.Length + 1)..])
            )
            .Concat(
                _mounts
                    .Where(m => m.Path.StartsWith(root + "/", StringComparison.Ordinal))
                    .Select(m => m.Path[(root.Length + 1)..] + (m.SubPath.Length == 0 ? "/" : ""))
            )
            .Concat(SystemFiles.Under(root))
            .Where(k => k.Length > 0).Select(k => k.IndexOf('/', StringComparison.Ordinal) is >= 0 and var i ? k[..(i + 1)] : k);
        return [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    /// <summary>Bytes taken and free below a path.</summary>
    public (long Taken, long Limit, long Free) Space(string path) =>
        TreeOf(path).Tree is { } tree ? (tree.Bytes, tree.Limit, tree.Free) : (0, 0, 0);

    /// <summary>Gives back what the container's own layer holds.</summary>
    public void Clear() => _own.Clear();

    private FileStatus? Entry(string path)
    {
        if (Find(path) is var (mount, inside))
        {
            if (_pod.Volumes.Writable(mount.Volume) is not { } tree)
                return _pod.Volumes.Filled(mount.Volume).TryGetValue(inside, out var filled)
                    ? new(false, null, filled, _pod.Cluster.Now, FileMode)
                    : null;
            tree.Bind(_pod.Cluster.Programs);
            return tree.TryGet(inside, out var shared) ? new(false, shared, null, shared.Modified, shared.Mode) : null;
        }
        if (_own.TryGet(path[1..], out var own))
            return new(false, own, null, own.Modified, own.Mode);
        if (SystemFiles.Read(_pod, path) is { } text)
            return new(false, null, Encoding.UTF8.GetBytes(text), Now, FileMode);
        return SystemFiles.IsProgram(path) ? new(false, null, [], Now, ProgramMode) : null;
    }

    private DateTimeOffset DirectoryTime(string path)
    {
        var (tree, inside) = TreeOf(path);
        return tree is not null && tree.TryGet(inside + "/", out var node) ? node.Modified : Now;
    }

    /// <summary>The tree that a path is written to, null when it cannot be, and the path in it.</summary>
    private (FileTree? Tree, string Inside) TreeOf(string path)
    {
        if (Find(path) is not var (mount, inside)) return (_own, path[1..]);
        var tree = mount.ReadOnly ? null : _pod.Volumes.Writable(mount.Volume);
        tree?.Bind(_pod.Cluster.Programs);
        return (tree, inside);
    }

    /// <summary>Paths of what was written below a directory, relative to it.</summary>
    private IEnumerable<string> Keys(string path)
    {
        var (keys, inside) = Find(path) is var (mount, rest)
            ? (_pod.Volumes.Writable(mount.Volume)?.Keys ?? _pod.Volumes.Filled(mount.Volume).Keys, rest)
            : (_own.Keys, path[1..]);
        var prefix = inside.Length == 0 ? "" : inside + "/";
        return keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]);
    }

    private (Mount Mount, string Inside)? Find(string path)
    {
        foreach (var mount in _mounts)
        {
            if (path != mount.Path && !path.StartsWith(mount.Path + "/", StringComparison.Ordinal)) continue;
            var rest = path.Length > mount.Path.Length ? path[(mount.Path.Length + 1)..] : "";
            return (mount, mount.SubPath.Length == 0 ? rest : rest.Length == 0 ? mount.SubPath : $"{mount.SubPath}/{rest}");
        }
        return null;
    }
}
